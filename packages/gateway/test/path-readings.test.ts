import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pathReadings } from "../src/path-readings.ts";

test("reads a plain path in one way", () => {
  for (const path of ["/", "/a/b", "/a.b/..c/d..", "/a:b@c,d=e+f!~"]) {
    assert.deepEqual(pathReadings(path), [path.slice(1).split("/")]);
  }
});

test("reads characters that must be encoded in one way, with nothing else in the path", () => {
  assert.deepEqual(pathReadings("/gr%C3%B6%C3%9Fe/a%20b"), [["größe", "a b"]]);
});

const found = {
  "/%61dmin": "admin",
  "//admin": "admin",
  "/./admin": "admin",
  "/x/../admin": "admin",
  "/x/%2e%2e/admin": "admin",
  "/x/.%2E/admin": "admin",
  "/x%2f..%2fadmin": "admin",
  "/x%5c..%5cadmin": "admin",
  "/x\\..\\admin": "admin",
  "/x/..;/admin": "admin",
  "/x/..;a=b/admin": "admin",
  "/x/..%3b/admin": "admin",
  "/admin;x": "admin",
  "/admin%3bx/y": "admin",
  "/admin%2fy": "admin",
  "/admin\\y": "admin",
  "/x//../admin": "admin",
  "/a%2fb/%2e%2e/admin": "admin",
} satisfies Record<string, string>;

for (const [path, first] of Object.entries(found)) {
  test(`sees that ${path} may mean /${first}`, () => {
    assert.ok(pathReadings(path).some((reading) => reading[0] === first));
  });
}

test("always has the path as it is written among its readings, and few of them", () => {
  const piece = fc.constantFrom(
    "a",
    "admin",
    "/",
    "//",
    "%2f",
    "%5C",
    "\\",
    ".",
    "..",
    "%2e",
    ";x",
    "%3B",
    "%25",
    "%C3%A4",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = `/${pieces.join("")}`;
      const readings = pathReadings(path);
      assert.ok(readings.length >= 1 && readings.length <= 64);
      const written = path.replaceAll("%C3%A4", "ä").slice(1).split("/");
      assert.ok(readings.some((reading) => reading.join("/") === written.join("/")));
    }),
  );
});
