import assert from "node:assert/strict";
import { test } from "node:test";
import { nestPlaces, type PlaceOptions } from "../../src/policy/nesting.ts";

const site = { loginUrl: "https://sso/login", anyOfTokens: ["staff"], requireTls: true };

function policiesOf(...places: readonly PlaceOptions[]) {
  const nested = nestPlaces(site, places);
  return Object.fromEntries(nested.map(({ address, policy }) => [address.text, policy]));
}

test("gives a place what it does not say from the one around it, and that from the site", () => {
  const policies = policiesOf(
    { path: "/a/b", anyOfTokens: ["ops"] },
    { path: "/a", requireMultifactor: true, requireTls: false },
    { path: "/ab" },
  );
  assert.deepEqual(policies["/a/b"], {
    ...site,
    requireMultifactor: true,
    requireTls: false,
    anyOfTokens: ["ops"],
  });
  assert.deepEqual(policies["/ab"], site);
});

test("lets exact paths and patterns inherit by their beginning", () => {
  const policies = policiesOf(
    { path: "/a", users: ["ada"] },
    { exactPath: "/a/b" },
    { pattern: "/a/*/c" },
    { pattern: "/*/c" },
  );
  assert.deepEqual(policies["/a/b"]?.users, ["ada"]);
  assert.deepEqual(policies["/a/*/c"]?.users, ["ada"]);
  assert.equal(policies["/*/c"]?.users, undefined);
});

test("lets nobody inherit from a place with conditions", () => {
  const policies = policiesOf({ path: "/a", methods: ["GET"], access: "public" }, { path: "/a/b" });
  assert.equal(policies["/a/b"]?.access, undefined);
});

test("takes what is undefined for not said", () => {
  assert.deepEqual(policiesOf({ path: "/a", anyOfTokens: undefined })["/a"], site);
});

test("refuses a place with no path, or with two", () => {
  for (const place of [{}, { path: "/a", exactPath: "/b" }]) {
    assert.throws(() => nestPlaces(site, [place]), { name: "PolicyError", code: "bad-path" });
  }
});
