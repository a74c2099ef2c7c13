import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { createFormTokens } from "../src/form-tokens.ts";

const secret = randomBytes(32);
const tokens = createFormTokens(secret, true);

/** What a browser sends back of a Set-Cookie value. */
function sent(setCookie: string | undefined): string {
  return setCookie?.split(";")[0] ?? "";
}

test("accepts the token in the browser that it was issued to", () => {
  const { token, setCookie } = tokens.issue("");
  assert.equal(tokens.accepts(sent(setCookie), token), true);
  assert.equal(tokens.accepts(`other=1; ${sent(setCookie)}; more=2`, token), true);
});

test("the cookie is out of reach for scripts, other hosts and plain HTTP", () => {
  const attributes = tokens.issue("").setCookie ?? "";
  assert.match(
    attributes,
    /^__Host-countersign_form=[\w-]{22}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  );
  const inDevelopment = createFormTokens(secret, false).issue("").setCookie ?? "";
  assert.match(inDevelopment, /^countersign_form=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/);
});

test("a browser that has an id keeps it, so that its other tabs go on working", () => {
  const first = tokens.issue("");
  const second = tokens.issue(sent(first.setCookie));
  assert.deepEqual(second, { token: first.token, setCookie: undefined });
});

test("refuses a token of another browser, of another process, none, and one without a cookie", () => {
  const mine = tokens.issue("");
  const cookie = sent(mine.setCookie);
  assert.equal(tokens.accepts(cookie, tokens.issue("").token), false);
  assert.equal(
    tokens.accepts(cookie, createFormTokens(randomBytes(32), true).issue(cookie).token),
    false,
  );
  assert.equal(tokens.accepts(cookie, undefined), false);
  assert.equal(tokens.accepts(cookie, ""), false);
  assert.equal(tokens.accepts("", mine.token), false);
  assert.equal(tokens.accepts(cookie.replace("__Host-", ""), mine.token), false);
});

test("an id of another form is replaced, not signed", () => {
  const issued = tokens.issue("__Host-countersign_form=ada");
  assert.notEqual(issued.setCookie, undefined);
});

test("no other text is accepted as a token", () => {
  const cookie = sent(tokens.issue("").setCookie);
  fc.assert(fc.property(fc.string(), (text) => assert.equal(tokens.accepts(cookie, text), false)));
});
