import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPathPattern, isPathPattern } from "../../src/policy/path-pattern.ts";

function matches(pattern: string, path: string): boolean {
  return createPathPattern(pattern).matches(path.slice(1).split("/"));
}

const table = {
  "/users/*/photo": { "/users/ada/photo": true, "/users/photo": false, "/users/a/b/photo": false },
  "/files/*": { "/files/a": true, "/files/": false, "/files": false, "/files/a/b": false },
  "/docs/**": { "/docs": true, "/docs/": true, "/docs/a/b": true, "/doc": false },
  "/**/*.php": { "/a.php": true, "/x/y/a.php": true, "/a.php/x": false, "/.php": true },
  "/**/admin/**": { "/admin": true, "/x/admin/y": true, "/administrator": false },
  "/a*b*c": { "/abc": true, "/axxbyyc": true, "/ab": false },
};

for (const [pattern, paths] of Object.entries(table)) {
  for (const [path, expected] of Object.entries(paths)) {
    test(`${pattern} ${expected ? "matches" : "does not match"} ${path}`, () => {
      assert.equal(matches(pattern, path), expected);
    });
  }
}

test("refuses what is no pattern", () => {
  for (const text of ["", "/", "a/*", "/a**", "/a/../*", "/./*", "//*", "/*/", "/%2a", "/a;*"]) {
    assert.equal(isPathPattern(text), false, text);
    assert.throws(() => createPathPattern(text), { name: "PolicyError", code: "bad-pattern" });
  }
});

test("agrees with the regular expression that says the same", () => {
  const segment = fc.array(fc.constantFrom("a", "b", "*"), { minLength: 1, maxLength: 4 });
  const anyOf = fc.oneof(
    fc.constant("**"),
    segment.map((parts) => parts.join("").replaceAll(/\*+/g, "*")),
  );
  const pattern = fc.array(anyOf, { minLength: 1, maxLength: 5 });
  const path = fc.array(
    fc.array(fc.constantFrom("a", "b")).map((all) => all.join("")),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(pattern, path, (parts, segments) => {
      const source = parts.map((part) => {
        if (part === "**") return "(?:/[^/]*)*";
        return part === "*" ? "/[^/]+" : `/${part.replaceAll("*", "[^/]*")}`;
      });
      const expected = new RegExp(`^${source.join("")}$`).test(`/${segments.join("/")}`);
      assert.equal(createPathPattern(`/${parts.join("/")}`).matches(segments), expected);
    }),
    { numRuns: 2000 },
  );
});

test("takes a bounded time for the worst pattern", () => {
  const pattern = createPathPattern(`/${"**/a/".repeat(30)}b`);
  const path = Array.from({ length: 4_000 }, () => "a");
  assert.equal(pattern.matches(path), false);
});
