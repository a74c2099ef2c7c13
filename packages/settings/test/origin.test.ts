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

test("every origin it gives is canonical and reads as itself, and other text says what is right", () => {
  const host = fc.oneof(
    fc.domain(),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.string(),
  );
  const scheme = fc.constantFrom("http://", "HTTPS://", "https:", "");
  const port = fc.constantFrom("", ":80", ":443", ":8401", ":99999", "/", "?");
  const text = fc.oneof(
    fc.webUrl(),
    fc.tuple(scheme, host, port).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (text) => {
      const { data, error } = origin.safeParse(text);
      if (data === undefined) {
        assert.match(error?.issues[0]?.message ?? "", /an origin such as/);
        return;
      }
      assert.equal(new URL(data).origin, data);
      assert.equal(new URL(text).origin, data);
      assert.equal(origin.parse(data), data);
    }),
    { numRuns: 2000 },
  );
});
