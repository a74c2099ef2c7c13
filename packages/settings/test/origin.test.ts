import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { origin } from "../src/origin.ts";

test("gives the canonical spelling", () => {
  assert.equal(origin.parse("HTTPS://Wiki.Example.COM:443"), "https://wiki.example.com");
  assert.equal(origin.parse("http://wiki.demo.localhost:8401"), "http://wiki.demo.localhost:8401");
  assert.equal(origin.parse("http://[::1]:8401"), "http://[::1]:8401");
});

const refused = [
  "",
  "wiki.example.com",
  "https://wiki.example.com/",
  "https://wiki.example.com/path",
  "https://ada@wiki.example.com",
  "https://wiki.example.com?x",
  "https://wiki.example.com#x",
  "https:\\\\wiki.example.com",
  "https://wiki.example.com:99999",
  "https://wiki example.com",
  "ftp://wiki.example.com",
  "javascript:alert(1)",
];

for (const text of refused) {
  test(`refuses ${text === "" ? "nothing" : text}`, () => {
    assert.match(origin.safeParse(text).error?.issues[0]?.message ?? "", /an origin such as/);
  });
}

test("every origin it gives is its own canonical spelling", () => {
  fc.assert(
    fc.property(fc.oneof(fc.webUrl(), fc.string()), (text) => {
      const given = origin.safeParse(text).data;
      if (given !== undefined) assert.equal(new URL(given).origin, given);
    }),
  );
});
