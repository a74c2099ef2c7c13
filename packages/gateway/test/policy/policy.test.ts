import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPolicy, isRedirectUrl, type RedirectUrls } from "../../src/policy/policy.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";

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
    "https:///sso/",
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

const anyUrl = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .tuple(fc.constantFrom("http://", "HTTPS://", "https:", "//"), fc.string())
    .map((p) => p.join("")),
  fc.string(),
);

test("an address that visitors may be sent to is its own origin's, whole and fit for a header", () => {
  fc.assert(
    fc.property(anyUrl, (text) => {
      if (!isRedirectUrl(text)) return;
      assert.match(text, /^[\x21-\x7e]+$/);
      const url = new URL(text);
      assert.ok(["http:", "https:"].includes(url.protocol));
      assert.deepEqual([url.username, url.password, url.hash], ["", "", ""]);
      assert.ok(isRedirectUrl(url.href), "the canonical spelling is accepted, too");
      // Whoever reads up to the first slash sees the host that a browser goes to.
      const [, authority = ""] = /^https?:\/\/([^/?]*)/i.exec(text) ?? [];
      assert.equal(URL.parse(`${url.protocol}//${authority}`)?.host, url.host);
    }),
    { numRuns: 2000 },
  );
});

test("accepts every plain web address", () => {
  const url = fc.webUrl({ withQueryParameters: true });
  fc.assert(
    fc.property(url, (text) => assert.equal(isRedirectUrl(text), /^[\x21-\x7e]+$/.test(text))),
  );
});

test("options give a policy or the package's own error", () => {
  fc.assert(
    fc.property(anyUrl, fc.string(), (loginUrl, backArgument) => {
      try {
        const policy = createPolicy(origin, { loginUrl, backArgument });
        assert.ok(isRedirectUrl(loginUrl));
        assert.equal(new URLSearchParams(`${policy.backArgument}=1`).get(backArgument), "1");
      } catch (error) {
        assert.ok(error instanceof PolicyError);
      }
    }),
  );
});
