import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { includedFiles } from "../../src/migrate/file-globs.ts";
import { memoryWorld } from "./memory-world.ts";

const paths = [
  "/e/a.conf",
  "/e/b.conf",
  "/e/.hidden.conf",
  "/e/c.load",
  "/e/sub/d.conf",
  "/e/x[1].conf",
];
const world = memoryWorld(Object.fromEntries(paths.map((path) => [path, ""])));

const table: Record<string, readonly string[]> = {
  "/e/a.conf": ["/e/a.conf"],
  "/e/*.conf": ["/e/a.conf", "/e/b.conf", "/e/x[1].conf"],
  "/e/?.conf": ["/e/a.conf", "/e/b.conf"],
  "/e/[!a].conf": ["/e/b.conf"],
  "/e/[ab].*": ["/e/a.conf", "/e/b.conf"],
  "/*/sub/*": ["/e/sub/d.conf"],
  "/e/sub": ["/e/sub/d.conf"],
  "/e/s*": ["/e/sub/d.conf"],
  "/no/*": [],
  "/e/[z-a]": [],
  "/missing.conf": ["/missing.conf"],
};

for (const [path, files] of Object.entries(table)) {
  test(`Include ${path} names ${files.length} files in order`, () => {
    assert.deepEqual(includedFiles(path, world, 100), files);
  });
}

test("takes no more files than it may", () => {
  assert.equal(includedFiles("/e/*", world, 2).length, 2);
});

test("any path is looked up", () => {
  const path = fc.array(
    fc.constantFrom("/", "e", "*", "?", "[", "]", "!", "^", "\\", "-", ".", "("),
  );
  fc.assert(
    fc.property(path, (parts) => {
      assert.ok(includedFiles(`/${parts.join("")}`, world, 5).length <= 5);
    }),
  );
});
