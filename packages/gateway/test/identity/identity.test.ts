import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { identityHeaders, identityOf, identityVariables } from "../../src/identity/identity.ts";
import { verified } from "../tickets.ts";

test("tells who a visitor is", () => {
  assert.deepEqual(identityOf(verified({ tokens: ["staff"], userData: "a b" })), {
    user: "ada",
    tokens: ["staff"],
    userData: "a b",
    multifactor: false,
    validUntil: 1100,
  });
});

test("has every header and every variable, empty where there is nothing to say", () => {
  assert.deepEqual(identityHeaders(verified()), [
    ...["Remote-User", "ada", "Remote-User-Tokens", ""],
    ...["Remote-User-Data", "", "Auth-Type", "mod_auth_pubtkt"],
  ]);
  assert.deepEqual(identityVariables(verified()), [
    ["REMOTE_USER", "ada"],
    ["REMOTE_USER_TOKENS", ""],
    ["REMOTE_USER_DATA", ""],
    ["AUTH_TYPE", "mod_auth_pubtkt"],
  ]);
});

test("joins tokens by commas, and keeps UTF-8 in variables", () => {
  const ticket = verified({ uid: "zoë", tokens: ["a", "b"], userData: "50% ✓" });
  assert.deepEqual(identityVariables(ticket)?.slice(0, 3), [
    ["REMOTE_USER", "zoë"],
    ["REMOTE_USER_TOKENS", "a,b"],
    ["REMOTE_USER_DATA", "50% ✓"],
  ]);
});

for (const fields of [
  { uid: " ada" },
  { uid: "ada " },
  { uid: " " },
  { tokens: [" admin"] },
  { tokens: ["a", "admin "] },
  { userData: " x" },
  { userData: "x " },
]) {
  test(`has no variables for ${JSON.stringify(fields)}, which arrive otherwise`, () => {
    assert.equal(identityVariables(verified(fields)), undefined);
  });
}

test("encodes in headers what HTTP might change", () => {
  const encoded = {
    "a b": "a b",
    zoë: "zo%C3%AB",
    "50%": "50%25",
    " a ": "%20a%20",
    "  ": "%20%20",
    "😀": "%F0%9F%98%80",
    "a\u00a0b": "a%C2%A0b",
  };
  for (const [userData, value] of Object.entries(encoded)) {
    assert.equal(identityHeaders(verified({ userData }))[5], value);
  }
});

test("writes printable headers that decode to what the ticket says", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(text, (userData) => {
      const ticket = { ...verified(), userData };
      const value = identityHeaders(ticket)[5] ?? "";
      assert.match(value, /^[!-~](?:[ -~]*[!-~])?$/);
      assert.equal(decodeURIComponent(value), userData);
    }),
  );
});
