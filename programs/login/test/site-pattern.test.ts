import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesSite, parseSitePattern } from "../src/site-pattern.ts";

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
