import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { pathReadings } from "../../src/visit/path-readings.ts";

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
    assert.ok(pathReadings(path)?.some((reading) => reading[0] === first));
  });
}

test("throws at no encoding that is left after the first decoding, and decodes what it can", () => {
  for (const [path, last] of Object.entries({
    "/%25": "%",
    "/%25zz%2561": "%zza",
    "/%25ff": "\ufffd",
    "/%25c3%25a4%25": "ä%",
    "/%25ef%25bb%25bf": "\ufeff",
  })) {
    assert.ok(
      pathReadings(path)?.some((reading) => reading.join("/") === last),
      path,
    );
  }
});

test("takes no two readings for one because a segment holds a line feed", () => {
  const readings = pathReadings("/;\\%250a/") ?? [];
  assert.ok(readings.some((segments) => segments.length === 2 && segments.join("") === ""));
});

test("gives up on a path with more turns than anybody writes", () => {
  assert.equal(pathReadings(`/${"%25;\\/".repeat(1330)}`), undefined);
  assert.equal(pathReadings("/a%2541".repeat(200)), undefined);
  assert.equal(pathReadings("/..".repeat(300)), undefined);
});

test("reads a long plain path, and one full of characters that must be encoded", () => {
  assert.equal(pathReadings("/a".repeat(4_000))?.[0]?.length, 4_000);
  assert.equal(pathReadings(`/${"%E3%81%82".repeat(400)}`)?.length, 1);
});

test("does bounded work: few readings, of few segments that it had to think about", () => {
  const turn = fc.constantFrom("/", "\\", "%2f", "%255c", "%25", "%2525", ";", "..", "a", "%41");
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 2_000 }), (turns) => {
      const readings = pathReadings(`/${turns.join("")}`) ?? [];
      if (readings.length === 1) return;
      assert.ok(readings.length <= 64);
      assert.ok(readings.every((segments) => segments.length <= 129));
    }),
  );
});

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
      const readings = pathReadings(path) ?? [];
      assert.ok(readings.length >= 1 && readings.length <= 64);
      const written = path.replaceAll("%C3%A4", "ä").slice(1).split("/");
      assert.ok(readings.some((reading) => reading.join("/") === written.join("/")));
    }),
  );
});
