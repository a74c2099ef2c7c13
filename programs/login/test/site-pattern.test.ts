import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isWithin, matchesSite, parseSitePattern, type SitePattern } from "../src/site-pattern.ts";

const read = {
  "https://wiki.example.com": { scheme: "https", host: "wiki.example.com", port: "" },
  "HTTPS://Wiki.Example.COM": { scheme: "https", host: "wiki.example.com", port: "" },
  "https://wiki.example.com:443": { scheme: "https", host: "wiki.example.com", port: "" },
  "http://wiki.demo.localhost:8401": { scheme: "http", host: "wiki.demo.localhost", port: "8401" },
  "http://[::1]:8401": { scheme: "http", host: "[::1]", port: "8401" },
  "https://bücher.example": { scheme: "https", host: "xn--bcher-kva.example", port: "" },
  "https://*.example.com": { scheme: "https", host: "example.com", port: "", anyHostBelow: true },
  "http://*.localhost:8401": {
    scheme: "http",
    host: "localhost",
    port: "8401",
    anyHostBelow: true,
  },
};

for (const [text, pattern] of Object.entries(read)) {
  test(`reads ${text}`, () => {
    assert.deepEqual(parseSitePattern(text), { anyHostBelow: false, ...pattern });
  });
}

for (const text of [
  "",
  "wiki.example.com",
  "//wiki.example.com",
  "ftp://wiki.example.com",
  "javascript://wiki.example.com",
  "https://wiki.example.com/",
  "https://wiki.example.com/path",
  "https://ada@wiki.example.com",
  "https://wiki.example.com:99999",
  "https://wiki.example.com.",
  "https://*",
  "https://*.com",
  "https://*.192.0.2.7",
  "https://*example.com",
  "https://wiki.*.com",
  "https://*.*.example.com",
  "https://a b.example.com",
  "https://wiki.example.com\\@evil.example",
]) {
  test(`refuses the site ${JSON.stringify(text)}`, () => {
    assert.equal(parseSitePattern(text), undefined);
  });
}

test("below a domain means with a dot between, and not the domain itself", () => {
  const site = parseSitePattern("https://*.example.com");
  assert.ok(site !== undefined);
  const matches = (text: string) => matchesSite(new URL(text), site);
  assert.ok(matches("https://wiki.example.com/"));
  assert.ok(matches("https://a.b.example.com/"));
  for (const other of [
    "https://example.com/",
    "https://evilexample.com/",
    "https://wiki.example.com.evil.example/",
    "https://wiki.example.com:8443/",
    "http://wiki.example.com/",
    "https://wiki.example.com./",
  ]) {
    assert.equal(matches(other), false, other);
  }
});

function write({ scheme, host, anyHostBelow, port }: SitePattern): string {
  return `${scheme}://${anyHostBelow ? "*." : ""}${host}${port === "" ? "" : `:${port}`}`;
}

const scheme = fc.constantFrom("http", "https", "HTTPS");
const port = fc.constantFrom("", ":80", ":443", ":8443", ":0", ":99999", "/", "?", ".");
const host = fc.oneof(fc.domain(), fc.ipV4(), fc.string(), fc.constantFrom("[::1]", "localhost"));
const patternText = fc
  .tuple(scheme, fc.constantFrom("://", "://*.", "://*", ":"), host, port)
  .map((parts) => parts.join(""));

test("a pattern has one spelling, which reads as the same", () => {
  fc.assert(
    fc.property(fc.oneof(patternText, fc.string()), (text) => {
      const site = parseSitePattern(text);
      if (site === undefined) return;
      assert.deepEqual(parseSitePattern(write(site)), site);
      if (!site.anyHostBelow) assert.equal(new URL(write(site)).origin, write(site));
    }),
    { numRuns: 2000 },
  );
});

test("an origin's pattern matches that origin and no other", () => {
  const url = fc.webUrl({ validSchemes: ["http", "https"], withQueryParameters: true });
  fc.assert(
    fc.property(url, url, (one, other) => {
      const { origin } = new URL(one);
      const site = parseSitePattern(origin) ?? assert.fail(origin);
      assert.ok(matchesSite(new URL(one), site));
      assert.equal(matchesSite(new URL(other), site), new URL(other).origin === origin);
    }),
  );
});

test("whatever matches a domain's pattern lies below that domain, with its scheme and port", () => {
  const site = parseSitePattern("https://*.example.com:8443") ?? assert.fail();
  const near = fc
    .tuple(
      fc.constantFrom("https://", "http://"),
      fc.constantFrom("", "a.", "a.b.", "evil", ".", "x@", "example.com."),
      fc.constantFrom("example.com", "EXAMPLE.com", "example.com.", "example.org", "example。com"),
      fc.constantFrom(":8443", ":443", "", ":8443@evil.example"),
      fc.webPath(),
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(near, (text) => {
      const url = URL.parse(text);
      if (url === null) return;
      const isBelow = isWithin(url.hostname, "example.com") && url.hostname !== "example.com";
      const isMeant = isBelow && url.protocol === "https:" && url.port === "8443";
      assert.equal(matchesSite(url, site), isMeant && !url.hostname.startsWith("."), url.href);
    }),
    { numRuns: 2000 },
  );
});
