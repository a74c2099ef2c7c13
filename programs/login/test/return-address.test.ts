import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseReturnAddress, type ReturnRefusal } from "../src/return-address.ts";
import { matchesSite, parseSitePattern, type SitePattern } from "../src/site-pattern.ts";

const sites = ["https://*.example.com", "http://wiki.demo.localhost:8401", "https://good.test"]
  .map(parseSitePattern)
  .filter((site): site is SitePattern => site !== undefined);

const parse = (text: string) => parseReturnAddress([text], sites);

const accepted = {
  "https://wiki.example.com": "https://wiki.example.com/",
  "https://wiki.example.com/a/b?c=d&e=f#g": "https://wiki.example.com/a/b?c=d&e=f#g",
  "HTTPS://WIKI.EXAMPLE.COM/A": "https://wiki.example.com/A",
  "https://wiki.example.com:443/": "https://wiki.example.com/",
  "https://a.b.example.com/": "https://a.b.example.com/",
  "http://wiki.demo.localhost:8401/x": "http://wiki.demo.localhost:8401/x",
  "https://good.test/%09/evil": "https://good.test/%09/evil",
  "https://good.test/?back=https://evil.example/": "https://good.test/?back=https://evil.example/",
  "https://good.test/../..//evil.example": "https://good.test//evil.example",
  "https://good.test/a'b\"c": "https://good.test/a'b%22c",
};

for (const [text, href] of Object.entries(accepted)) {
  test(`accepts ${text} and writes it anew`, () => {
    const address = parse(text);
    assert.equal(address.kind === "accepted" && address.url.href, href);
  });
}

/** The redirect corpus: what has opened other sign-in pages, and its relatives. */
const corpus = {
  "not-http": [
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/%09/evil.example",
    "/%5cevil.example",
    "/%2f%2fevil.example",
    "/",
    "/login",
    "evil.example",
    "good.test",
    "wiki.example.com/path",
    "?back=x",
    "#",
    "javascript:alert(1)",
    "JavaScript://good.test/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "ftp://good.test/",
    "ws://good.test/",
    "blob:https://good.test/1234",
    "view-source:https://good.test/",
    "about:blank",
    "https%3A%2F%2Fgood.test%2F",
    "x-https://good.test/",
    "\uff48ttps://good.test/",
  ],
  malformed: [
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "https://",
    "https://?good.test",
    "https://#good.test",
    "https:\\\\evil.example",
    "https://evil.example\\@good.test/",
    "https://good.test\\.evil.example/",
    "https://good.test\\@evil.example/",
    "https://good.test/\r\nLocation: https://evil.example",
    "https://good.test/\nx",
    "https://good.test/\0",
    "ht\ttps://evil.example/",
    "https://go\tod.test/",
    " https://good.test/",
    "https://good.test/ ",
    "https://good.test/a b",
    "https://good.test/\u00a0",
    "https://good.test/\u2028",
    "\u0001https://good.test/",
    "https://[::1",
    "https://good.test:99999/",
    "https://good.test:x/",
    "https://exa%mple.com/",
    "https://good.test%00.evil.example/",
    "https://good%2ftest/",
    "https://<good.test>/",
  ],
  credentials: [
    "http://a@evil.example",
    "https://good.test@evil.example/",
    "https://good.test:443@evil.example/",
    "https://ada:secret@good.test/",
    "https://@good.test/",
    "https://good.test%2f@evil.example/",
  ],
  "unknown-site": [
    "https://evil.example/",
    "https://good.evil",
    "https://evilexample.com",
    "https://evil-example.com",
    "https://example.com",
    "https://example.com.evil.example/",
    "https://wiki.example.com.evil.example/",
    "https://wiki.example.com./",
    "https://good.test./",
    "https://good.test:8443/",
    "https://good.test:80/",
    "http://good.test/",
    "http://wiki.demo.localhost/",
    "http://wiki.demo.localhost:8402/",
    "https://wiki.demo.localhost:8401/",
    "https://xgood.test/",
    "https://good.test.example/",
    "https://goodtest/",
    "https://gооd.test/",
    "https://evil\u3002example/",
    "https://evil.example\u3002com.evil.example/",
    "https://\uff45vil.example/",
    "https://evil.example/\uff0fgood.test",
    "https://xn--gd-flb.test/",
    "https://192.0.2.7/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://evil.example?good.test/",
    "https://evil.example#good.test/",
    "https://evil.example/https://good.test/",
    "https://.example.com/",
  ],
  "too-long": [
    `https://good.test/${"a".repeat(7000)}`,
    `https://good.test/${"%41".repeat(1500)}`,
    `https://good.test/?${"a".repeat(17_000)}`,
  ],
} satisfies Record<Exclude<ReturnRefusal, "repeated">, readonly string[]>;

for (const [refusal, texts] of Object.entries(corpus)) {
  for (const text of texts) {
    test(`refuses ${JSON.stringify(text.slice(0, 60))} as ${refusal}`, () => {
      const address = parse(text);
      assert.equal(address.kind, "refused");
      assert.equal(address.kind === "refused" && address.refusal, refusal);
    });
  }
}

test("full-width letters and dots name the host that browsers make of them", () => {
  const address = parse("https://\uff57iki\u3002example\uff0ecom/");
  assert.equal(address.kind === "accepted" && address.url.href, "https://wiki.example.com/");
});

test("an address that is said twice is refused, even if both are good", () => {
  const twice = ["https://good.test/", "https://good.test/"];
  assert.deepEqual(parseReturnAddress(twice, sites), { kind: "refused", refusal: "repeated" });
  assert.deepEqual(parseReturnAddress(["", ""], sites), { kind: "refused", refusal: "repeated" });
});

test("no address, or an empty one, is none", () => {
  assert.deepEqual(parseReturnAddress([], sites), { kind: "none" });
  assert.deepEqual(parseReturnAddress([""], sites), { kind: "none" });
});

test("where the query would be too long, the page without it is accepted", () => {
  const page = "https://wiki.example.com/a%20b";
  for (const more of [`?${"a".repeat(7000)}`, `?b#${"=".repeat(2400)}`, `?${"'".repeat(1500)}`]) {
    const address = parse(page + more);
    assert.equal(address.kind === "accepted" && address.url.href, page);
  }
  const longest = `${page}?${"a".repeat(6800)}`;
  const address = parse(longest);
  assert.equal(address.kind === "accepted" && address.url.href, longest);
});

test("without sites nothing is accepted", () => {
  assert.equal(parseReturnAddress(["https://good.test/"], []).kind, "refused");
});

/** Pieces that such attacks are made of, in any order. */
const piece = fc.constantFrom(
  ...["https:", "http:", "/", "//", "\\", "@", ":", ".", "?", "#", "%2f", "%5c", "%00", "\t", "\n"],
  ...["good.test", "example.com", "wiki.example.com", "evil.example", "\u3002", "\uff0f", "*", " "],
  ...["443", "8401", "xn--", "[::1]", "ａ", "\u00ad", "\u200d", "%", "javascript:", "localhost"],
);
const hostile = fc.oneof(
  fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
  fc.array(piece, { maxLength: 6 }).map((pieces) => `https://${pieces.join("")}`),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
);

test("whatever is accepted, what is sent out leads to a site on the list", () => {
  let taken = 0;
  fc.assert(
    fc.property(hostile, (text) => {
      const address = parse(text);
      if (address.kind !== "accepted") return;
      taken += 1;
      const again = new URL(address.url.href);
      assert.equal(again.href, address.url.href);
      assert.deepEqual(parse(again.href), address);
      assert.ok(sites.some((site) => matchesSite(again, site)));
      assert.equal(again.username + again.password, "");
      // Printable ASCII only: nothing that could end a header or a quoted attribute.
      assert.match(again.href, /^https?:\/\/[!#-;=?-~]+$/);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(taken > 50, `only ${taken} were accepted`);
});
