import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  createRedirectUrls,
  isRedirectUrl,
  type RedirectUrls,
} from "../../src/policy/redirect-urls.ts";

test("sends everybody to the login URL unless it says otherwise", () => {
  const redirectUrls = createRedirectUrls({ loginUrl: "https://sso/" });
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
  const redirectUrls = createRedirectUrls({
    loginUrl: "https://a/",
    timeoutUrl: "https://b/",
  });
  assert.equal(redirectUrls["post-timeout"], "https://b/");
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

test("refuses an address that cannot be meant, by its name", () => {
  assert.throws(() => createRedirectUrls({ refreshUrl: "/refresh" }), {
    name: "PolicyError",
    code: "bad-redirect-url",
    message: /^refresh: /,
  });
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
