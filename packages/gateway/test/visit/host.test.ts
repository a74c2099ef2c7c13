import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readOrigin } from "../../src/visit/host.ts";

const read = [
  ["https", "wiki.example.com", "https://wiki.example.com", "wiki.example.com"],
  ["https", "WIKI.Example.com", "https://wiki.example.com", "wiki.example.com"],
  ["https", "wiki.example.com.", "https://wiki.example.com", "wiki.example.com"],
  ["https", "wiki.example.com:443", "https://wiki.example.com", "wiki.example.com"],
  ["http", "wiki.example.com.:80", "http://wiki.example.com", "wiki.example.com"],
  ["http", "wiki.example.com:443", "http://wiki.example.com:443", "wiki.example.com"],
  ["http", "[2001:DB8:0::7]:8080", "http://[2001:db8::7]:8080", "2001:db8::7"],
  ["http", "my_host", "http://my_host", "my_host"],
] as const;

for (const [scheme, host, text, hostName] of read) {
  test(`reads ${scheme} ${host}`, () => {
    assert.deepEqual(readOrigin(scheme, host), {
      text,
      scheme,
      host: text.slice(`${scheme}://`.length),
      hostName,
    });
  });
}

for (const host of [
  "",
  ".",
  "a b",
  "a/b",
  "a@b",
  "a\\b",
  "a#b",
  "a?b",
  "a:b",
  "a:99999",
  "[::1",
  "ä.example",
  "a%2eb",
  "a,b",
  "..",
  "a..b",
  ".a",
  "..:0",
]) {
  test(`refuses the host ${JSON.stringify(host)}`, () => {
    assert.equal(readOrigin("https", host), undefined);
  });
}

const scheme = fc.constantFrom("http", "https");
const port = fc.oneof(
  fc.constantFrom("", ":80", ":443", ":080"),
  fc.integer({ min: 0, max: 70_000 }).map((number) => `:${number}`),
);
const soup = fc
  .array(fc.constantFrom("a", "B", "1", ".", "-", "_", ":", "[", "]", "%", "xn--", "@", "/"), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));
const name = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  soup,
  fc.string(),
);

test("what it reads is in one spelling, which reads as the same", () => {
  fc.assert(
    fc.property(scheme, name, port, (scheme, name, port) => {
      const origin = readOrigin(scheme, name + port);
      if (origin === undefined) return;
      assert.deepEqual(readOrigin(scheme, origin.host), origin);
      assert.equal(new URL(origin.text).origin, origin.text);
      assert.equal(origin.text, `${scheme}://${origin.host}`);
      assert.ok(origin.host.includes(origin.hostName));
    }),
    { numRuns: 2000 },
  );
});

test("case, a trailing dot and the default port make no difference", () => {
  const defaultPort = { http: ":80", https: ":443" } as const;
  fc.assert(
    fc.property(scheme, fc.domain(), (scheme, domain) => {
      const origin = readOrigin(scheme, domain);
      // A last label of digits would make it an address, and a wrong one.
      assert.equal(origin?.hostName, domain.toLowerCase());
      for (const other of [domain.toUpperCase(), `${domain}.`, domain + defaultPort[scheme]]) {
        assert.deepEqual(readOrigin(scheme, other), origin);
      }
    }),
  );
});
