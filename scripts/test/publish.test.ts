import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { checkTarballs } from "../checks/publish.ts";
import { publishedManifest } from "../packing/manifest.ts";

const manifest = {
  name: "@countersign/example",
  version: "0.1.0",
  type: "module",
  license: "Apache-2.0",
  exports: { ".": "./src/index.ts", "./express": "./src/express.ts" },
  devDependencies: { "fast-check": "4.0.0" },
};

test("points the published exports to what was built", () => {
  const published = publishedManifest(manifest);
  assert.deepEqual(published.exports, {
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    "./express": { types: "./dist/express.d.ts", default: "./dist/express.js" },
  });
  assert.equal("devDependencies" in published, false);
  assert.equal(published.version, "0.1.0");
});

test("refuses an export that is not a source file", () => {
  const wrong = { ...manifest, exports: { ".": "./dist/index.js" } };
  assert.throws(() => publishedManifest(wrong), /must point to \.\/src/);
});

const built = ["dist/index.js", "dist/index.d.ts", "dist/express.js", "dist/express.d.ts"];

const whole = [...built, "README.md", "LICENSE"];

test("accepts a tarball that holds all that its manifest promises", async (t) => {
  assert.deepEqual(await checkTarballs([tarball(t, whole)]), []);
});

test("reports a package without a README", async (t) => {
  const problems = await checkTarballs([tarball(t, [...built, "LICENSE"])]);
  assert.deepEqual(problems, ["example.tgz: package/README.md is missing"]);
});

test("reports an export whose file is not in the tarball", async (t) => {
  const problems = await checkTarballs([
    tarball(
      t,
      whole.filter((file) => file !== "dist/express.js"),
    ),
  ]);
  assert.match(problems.join("\n"), /example\.tgz: error: .*dist\/express\.js/);
});

function tarball(t: TestContext, files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "package/dist"), { recursive: true });
  for (const file of files) writeFileSync(join(folder, "package", file), "export {};\n");
  writeFileSync(join(folder, "package/package.json"), JSON.stringify(publishedManifest(manifest)));
  const path = join(folder, "example.tgz");
  const { status } = spawnSync("tar", ["-czf", path, "package"], { cwd: folder });
  assert.equal(status, 0);
  return path;
}
