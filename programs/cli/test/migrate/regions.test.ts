import assert from "node:assert/strict";
import { test } from "node:test";
import type { Layer } from "../../src/migrate/layers.ts";
import type { Scope } from "../../src/migrate/places-of-sections.ts";
import { regionsOf } from "../../src/migrate/regions.ts";
import { createRemarks } from "../../src/migrate/remark.ts";

const at = { file: "f", line: 1 };
const glob = (text: string) => text.split("/").slice(1);

function layer(name: string, of: Scope["of"], ...globs: string[]): Layer {
  const settings = { loginUrl: { value: name, at } };
  return {
    at,
    scope: { of, globs: globs.map(glob) },
    conditions: undefined,
    settings,
    authType: undefined,
  };
}

function regions(...layers: Layer[]) {
  const remarks = createRemarks();
  const mappings = [
    { path: ["x"], folder: ["y"] },
    { path: ["p"], folder: undefined },
    { path: [], folder: ["srv"] },
  ];
  const found = regionsOf(layers, mappings, remarks.report).map(
    ({ glob: one, settings }) => [`/${one.join("/")}`, settings.loginUrl?.value] as const,
  );
  return { found: Object.fromEntries(found), remarks: remarks.all() };
}

test("folders are found at their addresses, and not where there are none", () => {
  const { found } = regions(layer("a", "files", "/srv/a/**"), layer("b", "files", "/y/**"));
  assert.deepEqual(found, { "/x/**": "b", "/p/**": undefined, "/**": undefined, "/a/**": "a" });
});

test("a folder above the site is all of it, but for other folders", () => {
  const { found } = regions(layer("a", "files", "/**"), layer("b", "files", "/srv/**"));
  assert.deepEqual(found, { "/x/**": "a", "/p/**": undefined, "/**": "b" });
});

test("a pattern is cut where a path has layers of its own", () => {
  const { found } = regions(layer("a", "addresses", "/a/**"), layer("b", "addresses", "/**/*.php"));
  assert.equal(found["/a/**/*.php"], "b");
  assert.equal(found["/**/*.php"], "b");
  assert.equal(found["/a/**"], "a");
});

test("what two patterns have in common is a region of its own", () => {
  const { found, remarks } = regions(
    layer("a", "addresses", "/**/a*"),
    layer("b", "addresses", "/**/*.php"),
  );
  assert.equal(found["/**/a*.php"], "b");
  assert.deepEqual(remarks, []);
});

test("patterns that are too many to compare are told", () => {
  const layers = Array.from({ length: 300 }, (_, index) =>
    layer("a", "addresses", `/**/a${index}*b`),
  );
  assert.ok(regions(...layers).remarks.length > 0);
});
