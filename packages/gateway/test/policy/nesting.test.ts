import assert from "node:assert/strict";
import { test } from "node:test";
import { nested, type PlaceOptions, readPlace } from "../../src/policy/nesting.ts";

const site = { loginUrl: "https://sso/login", anyOfTokens: ["staff"], requireTls: true };

function sayTogether(...places: readonly PlaceOptions[]) {
  return nested(site, places.map(readPlace));
}

test("gives a place what it does not say from the one around it, and that from the site", () => {
  const around = { path: "/a", requireMultifactor: true, requireTls: false };
  assert.deepEqual(sayTogether(around, { path: "/a/b", anyOfTokens: ["ops"] }), {
    ...site,
    requireMultifactor: true,
    requireTls: false,
    anyOfTokens: ["ops"],
  });
  assert.deepEqual(sayTogether({ path: "/ab" }), site);
});

test("takes what is undefined for not said", () => {
  assert.deepEqual(sayTogether({ path: "/a", anyOfTokens: undefined }), site);
});

test("reads where a place is and when", () => {
  const { kind, text, condition, says } = readPlace({
    pattern: "/*/c",
    methods: ["GET"],
    debug: 1,
  });
  assert.deepEqual([kind, text, says], ["pattern", "/*/c", { debug: 1 }]);
  assert.equal(typeof condition, "function");
  assert.equal(readPlace({ exactPath: "/a" }).condition, undefined);
});

test("refuses a place with no path, or with two", () => {
  for (const place of [{}, { path: "/a", exactPath: "/b" }]) {
    assert.throws(() => readPlace(place), { name: "PolicyError", code: "bad-path" });
  }
});
