import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readTarget } from "../../src/visit/target.ts";

const read = {
  "/": ["/", "/"],
  "/a/b?c=d?e": ["/a/b?c=d?e", "/a/b"],
  "/a%2Fb;c\\d": ["/a%2Fb;c\\d", "/a%2Fb;c\\d"],
  "/?%zz": ["/?%zz", "/"],
  "//evil.example/": ["//evil.example/", "//evil.example/"],
  "/\u00c3\u00a4?\u00c3\u00a4": ["/%C3%A4?%C3%A4", "/%C3%A4"],
  "http://wiki.example.com/a?b": ["/a?b", "/a"],
  "HTTPS://wiki.example.com:8443?b": ["/?b", "/"],
  "http://wiki.example.com": ["/", "/"],
} satisfies Record<string, [string, string]>;

for (const [raw, [text, path]] of Object.entries(read)) {
  test(`reads ${JSON.stringify(raw)}`, () => {
    assert.deepEqual(readTarget(raw), { text, path });
  });
}

const refused = {
  nothing: "",
  "an asterisk": "*",
  "an authority": "wiki.example.com:443",
  "another scheme": "ftp://wiki.example.com/",
  "a URL with a user": "http://a@wiki.example.com/",
  "a relative path": "a/b",
  "a space": "/a b",
  "a fragment": "/a#b",
  "a control character": "/a\u0009b",
  "a line feed": "/a\nb",
  "a character that is no byte": "/\u0101",
  "an encoded NUL": "/a%00b",
  "an encoded line feed": "/a%0Ab",
  "an encoded DEL": "/a%7fb",
  "a stray percent sign": "/100%",
  "percent and no hexadecimal digits": "/%zz",
  "bytes that are no UTF-8": "/%ff",
  "an over-long encoding": "/%c0%af",
  "a raw byte that is no UTF-8": "/\u00ff",
  "more than 16 KiB": `/${"a".repeat(16 * 1024)}`,
};

for (const [what, raw] of Object.entries(refused)) {
  test(`refuses ${what}`, () => assert.equal(readTarget(raw), undefined));
}

test("gives printable ASCII or nothing, whatever it reads", () => {
  const anyByte = fc.string({ unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(fc.oneof(fc.string(), anyByte), (text) => {
      const target = readTarget(`/${text}`);
      if (target !== undefined) assert.match(target.text, /^\/[!-~]*$/);
    }),
  );
});
