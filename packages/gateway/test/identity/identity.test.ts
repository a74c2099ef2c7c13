import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { identityHeaders, identityOf, identityVariables } from "../../src/identity/identity.ts";
import { allowed, policyWith, verified } from "../tickets.ts";

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
  assert.deepEqual(identityHeaders(allowed()), [
    ...["Remote-User", "ada", "Remote-User-Tokens", ""],
    ...["Remote-User-Data", "", "Auth-Type", "mod_auth_pubtkt"],
    ...["Tcp-Crypt-Sessid", ""],
  ]);
  assert.deepEqual(identityVariables(allowed()), [
    ["REMOTE_USER", "ada"],
    ["REMOTE_USER_TOKENS", ""],
    ["REMOTE_USER_DATA", ""],
    ["AUTH_TYPE", "mod_auth_pubtkt"],
  ]);
});

test("joins tokens by commas, and keeps UTF-8 in variables", () => {
  const ticket = verified({ uid: "zoë", tokens: ["a", "b"], userData: "50% ✓" });
  assert.deepEqual(identityVariables({ ...allowed(), ticket })?.slice(0, 3), [
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
    assert.equal(identityVariables(allowed(fields)), undefined);
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
    assert.equal(identityHeaders(allowed({ userData }))[5], value);
  }
});

test("writes printable headers that decode to what the ticket says", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(text, (userData) => {
      const ticket = { ...verified(), userData };
      const value = identityHeaders({ ...allowed(), ticket })[5] ?? "";
      assert.match(value, /^[!-~](?:[ -~]*[!-~])?$/);
      assert.equal(decodeURIComponent(value), userData);
    }),
  );
});

test("has every header and no variable where nobody is known", () => {
  const nobody = { ...allowed(), ticket: undefined };
  assert.deepEqual(identityHeaders(nobody), [
    ...["Remote-User", "", "Remote-User-Tokens", ""],
    ...["Remote-User-Data", "", "Auth-Type", ""],
    ...["Tcp-Crypt-Sessid", ""],
  ]);
  assert.deepEqual(identityVariables(nobody), []);
});

test("has the session ID of the connection, whoever came on it", () => {
  for (const allow of [allowed(), { ...allowed(), ticket: undefined }]) {
    assert.deepEqual(identityHeaders(allow, "23AB").slice(8), ["Tcp-Crypt-Sessid", "23AB"]);
  }
});

test("names its headers as the site wants them", () => {
  const identityNames = {
    ...{ user: "X-User", tokens: "X-Groups", data: "X-More", type: "X-Type" },
    sessionId: "X-Session",
  };
  const { policy } = allowed();
  const headers = identityHeaders({ ...allowed(), policy: { ...policy, identityNames } });
  assert.deepEqual(
    headers.filter((_, index) => index % 2 === 0),
    Object.values(identityNames),
  );
});

test("empties every header that a hidden ticket may have come in", () => {
  const policy = policyWith({ hideTicket: true, ticketHeaders: ["X-My-Auth", "Cookie"] });
  const headers = identityHeaders({ ...allowed(), policy, cookies: "a=1" });
  assert.deepEqual(headers.slice(10), ["Cookie", "a=1", "x-my-auth", ""]);
});

test("sets no header twice", () => {
  const ticketHeaders = ["Authorization", "Cookie"];
  const policy = policyWith({ hideTicket: true, basicAuth: "fake", ticketHeaders });
  const headers = identityHeaders({ ...allowed(), policy, cookies: "", authorization: "Basic x" });
  assert.deepEqual(headers.slice(10), ["Authorization", "Basic x", "Cookie", ""]);
});
