import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { BadRequest, Decision } from "../src/decision/decide.ts";
import { createGateway, type SiteOptions } from "../src/gateway.ts";
import type { Visit } from "../src/visit/visit.ts";
import { cookieWith, now, verifier, visitWith } from "./tickets.ts";

const wiki: SiteOptions = {
  origin: "https://wiki.example.com",
  verifier,
  loginUrl: "https://sso.example.com/login",
  anyOfTokens: ["staff"],
  places: [
    { path: "/admin", anyOfTokens: ["admin"] },
    { path: "/open", anyOfTokens: [] },
  ],
};
const shop: SiteOptions = {
  origin: "http://shop.example.com:8080",
  verifier,
  cookieName: "shop_ticket",
};
const gateway = createGateway({ sites: [wiki, shop] });

function decideVisit(facts: Partial<Visit>): Decision {
  return gateway.decide(visitWith(facts), now);
}

test("decides by the longest path of the site", () => {
  const cookies = cookieWith({ tokens: ["staff"] });
  assert.equal(decideVisit({ cookies, target: "/page" }).kind, "allow");
  assert.equal(decideVisit({ cookies, target: "/admin?x=/page" }).kind, "forbid");
  assert.equal(
    decideVisit({ cookies: cookieWith({ tokens: ["admin"] }), target: "/page" }).kind,
    "forbid",
  );
  assert.equal(decideVisit({ cookies: cookieWith(), target: "/open/house" }).kind, "allow");
});

test("lets a place have what it does not say from its site", () => {
  const decision = decideVisit({ target: "/admin" });
  assert.ok(decision.kind === "log-in");
  assert.ok(decision.redirect.location.startsWith("https://sso.example.com/login?"));
});

test("finds a site however its name is spelled, and sends back to its one spelling", () => {
  for (const host of ["WIKI.example.com", "wiki.example.com.", "wiki.example.com:443"]) {
    const decision = decideVisit({ host, target: "/a" });
    assert.ok(decision.kind === "log-in");
    const back = new URL(decision.redirect.location).searchParams.get("back");
    assert.equal(back, "https://wiki.example.com/a");
  }
});

test("knows each site's own cookie", () => {
  const facts = { scheme: "http", host: "shop.example.com:8080" } as const;
  const cookies = cookieWith();
  assert.equal(decideVisit({ ...facts, cookies }).kind, "forbid");
  assert.equal(
    decideVisit({ ...facts, cookies: cookies.replace("auth_pubtkt", "shop_ticket") }).kind,
    "allow",
  );
});

test("accepts any valid ticket among several", () => {
  const cookies = `${cookieWith({ validUntil: now - 1 })}; ${cookieWith({ tokens: ["staff"] })}`;
  assert.equal(decideVisit({ cookies }).kind, "allow");
});

const bad = {
  "unknown-host": [
    { host: "evil.example" },
    { host: "wiki.example.com:8443" },
    { scheme: "http" },
    { host: "" },
    { host: "wiki.example.com@evil.example" },
    { host: "evil.wiki.example.com" },
    { host: "wiki.example.com\r\n" },
  ],
  "bad-target": [
    { target: "*" },
    { target: "/a%00" },
    { target: "/%" },
    { target: "/a b" },
    { target: "/a#b" },
  ],
  "ambiguous-path": [
    { target: "/%61dmin" },
    { target: "/open/../admin" },
    { target: "/open%2f..%2fadmin" },
    { target: "/Admin" },
    { target: `/${"%25;\\".repeat(1330)}` },
  ],
} as const satisfies Record<BadRequest, readonly Partial<Visit>[]>;

for (const [reason, visits] of Object.entries(bad)) {
  for (const facts of visits) {
    test(`refuses ${JSON.stringify(facts)} as ${reason}, ticket or not`, () => {
      for (const cookies of [undefined, cookieWith({ tokens: ["admin", "staff"] })]) {
        assert.deepEqual(decideVisit({ ...facts, cookies }), { kind: "bad-request", reason });
      }
    });
  }
}

test("never lets anybody in without a ticket, whatever the visit, and never throws", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 });
  const visit = fc.record({
    method: text,
    httpVersion: fc.constantFrom("1.0", "1.1"),
    scheme: fc.constantFrom("http", "https"),
    host: fc.oneof(text, fc.constant("wiki.example.com")),
    target: fc.oneof(
      text,
      fc.webPath(),
      text.map((rest) => `/${rest}`),
    ),
    clientAddress: text,
    cookies: fc.oneof(
      text,
      text.map((value) => `auth_pubtkt=${value}`),
      fc.constant(undefined),
    ),
    wants: fc.constantFrom("page", "program"),
  }) as fc.Arbitrary<Visit>;
  fc.assert(
    fc.property(visit, (facts) => {
      const decision = gateway.decide(facts, now);
      assert.ok(decision.kind !== "allow" && decision.kind !== "renew");
      if ("redirect" in decision && decision.redirect !== undefined) {
        assert.match(decision.redirect.location, /^https:\/\/sso\.example\.com\/login\?[!-~]+$/);
      }
    }),
  );
});

const impossible = {
  "bad-origin": { ...wiki, origin: "https://wiki.example.com/path" },
  "bad-cookie-name": { ...wiki, cookieName: "a=b" },
  "bad-path": { ...wiki, places: [{ path: "/a/" }] },
  "repeated-path": { ...wiki, places: [{ path: "/a" }, { path: "/a" }] },
  "bad-redirect-url": { ...wiki, places: [{ path: "/a", loginUrl: "/login" }] },
  "bad-argument-name": { ...wiki, backArgument: "" },
} satisfies Record<string, SiteOptions>;

for (const [code, site] of Object.entries(impossible)) {
  test(`refuses a site that cannot be meant: ${code}`, () => {
    assert.throws(() => createGateway({ sites: [site] }), { name: "PolicyError", code });
  });
}

test("refuses two sites with one origin", () => {
  const sites = [wiki, { ...wiki, origin: "https://WIKI.example.com:443" }];
  assert.throws(() => createGateway({ sites }), { code: "repeated-origin" });
});
