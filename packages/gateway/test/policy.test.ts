import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, isRedirectUrl, type RedirectUrls } from "../src/policy.ts";

const origin = "https://wiki.example.com";

test("sends everybody to the login URL unless it says otherwise", () => {
  const { redirectUrls } = createPolicy(origin, { loginUrl: "https://sso/" });
  const expected: RedirectUrls = {
    login: "https://sso/",
    timeout: "https://sso/",
    "post-timeout": "https://sso/",
    refresh: "https://sso/",
    unauthorised: "https://sso/",
    "bad-address": "https://sso/",
    multifactor: "https://sso/",
  };
  assert.deepEqual(redirectUrls, expected);
});

test("sends expired POSTs where other expired tickets go", () => {
  const { redirectUrls } = createPolicy(origin, {
    loginUrl: "https://a/",
    timeoutUrl: "https://b/",
  });
  assert.equal(redirectUrls["post-timeout"], "https://b/");
});

test("asks for nothing but a ticket unless it says otherwise", () => {
  const { requireTls, requireMultifactor, anyOfTokens, backArgument } = createPolicy(origin, {});
  assert.deepEqual(
    [requireTls, requireMultifactor, anyOfTokens, backArgument],
    [false, false, [], "back"],
  );
});

test("accepts absolute http and https addresses only", () => {
  for (const url of [
    "https://sso.example.com/login",
    "http://sso:8400/login?a=b",
    "https://[::1]/",
  ]) {
    assert.equal(isRedirectUrl(url), true, url);
  }
  for (const url of [
    "",
    "/login",
    "//sso/",
    "javascript:alert(1)",
    "https://",
    "https://a b/",
    "https://sso/#x",
    "https://u:p@sso/",
    "https:\\\\sso",
    "https://sso/\r\nX: y",
    "https://ssö/",
  ]) {
    assert.equal(isRedirectUrl(url), false, url);
  }
});

test("refuses an address or an argument name that cannot be meant", () => {
  assert.throws(() => createPolicy(origin, { refreshUrl: "/refresh" }), {
    name: "PolicyError",
    code: "bad-redirect-url",
    message: /^refresh: /,
  });
  assert.throws(() => createPolicy(origin, { backArgument: "a=b" }), { code: "bad-argument-name" });
});
