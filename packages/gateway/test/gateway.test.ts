import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Decision } from "../src/decision/decision.ts";
import type { BadRequest } from "../src/decision/reason.ts";
import { createGateway } from "../src/gateway.ts";
import type { SiteOptions } from "../src/site.ts";
import type { Visit } from "../src/visit/visit.ts";
import { cookieWith, now, type VisitFacts, verifier, visitWith } from "./tickets.ts";

const wiki: SiteOptions = {
  origin: "https://wiki.example.com",
  verifier,
  loginUrl: "https://sso.example.com/login",
  anyOfTokens: ["staff"],
  places: [
    { path: "/admin", anyOfTokens: ["admin"] },
    { path: "/open", anyOfTokens: [] },
    { path: "/edit", arguments: { action: "save" }, anyOfTokens: ["editor"] },
  ],
};
const shop: SiteOptions = {
  origin: "http://shop.example.com:8080",
  verifier,
  cookieName: "shop_ticket",
};
const gateway = createGateway({ sites: [wiki, shop] });

function decideVisit(facts: VisitFacts): Decision {
  return gateway.decide(visitWith(facts), now);
}

function locationOf(decision: Decision): string {
  assert.ok(decision.kind !== "allow");
  return decision.answer.headers.find(([name]) => name === "Location")?.[1] ?? "";
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
  assert.ok(locationOf(decision).startsWith("https://sso.example.com/login?"));
});

test("finds a site however its name is spelled, and sends back to its one spelling", () => {
  for (const host of ["WIKI.example.com", "wiki.example.com.", "wiki.example.com:443"]) {
    const decision = decideVisit({ host, target: "/a" });
    assert.ok(decision.kind === "log-in");
    const back = new URL(locationOf(decision)).searchParams.get("back");
    assert.equal(back, "https://wiki.example.com/a");
  }
});

test("finds a site with letters that are not ASCII as browsers ask for it", () => {
  const other = createGateway({ sites: [{ ...wiki, origin: "https://bücher.example" }] });
  assert.equal(other.decide(visitWith({ host: "xn--bcher-kva.example" }), now).kind, "log-in");
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
  "bad-method": [{ method: "post" }, { method: "Get" }, { method: "" }, { method: "GET X" }],
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
  "ambiguous-argument": [{ target: "/edit?action=view&action=save" }],
  "header-alias": [{ oddHeaderNames: ["X_Forwarded_Proto"] }, { oddHeaderNames: ["remote.user"] }],
} as const satisfies Record<BadRequest, readonly VisitFacts[]>;

for (const [reason, visits] of Object.entries(bad)) {
  for (const facts of visits) {
    test(`refuses ${JSON.stringify(facts)} as ${reason}, ticket or not`, () => {
      for (const cookies of ["", cookieWith({ tokens: ["admin", "staff", "editor"] })]) {
        const decision = decideVisit({ ...facts, cookies });
        assert.ok(decision.kind === "bad-request");
        assert.deepEqual([decision.reason, decision.answer.status], [reason, 400]);
      }
    });
  }
}

test("never lets anybody in without a ticket, whatever the visit, and never throws", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 });
  const headers = fc.dictionary(
    fc.constantFrom("accept", "origin", "upgrade", "sec-fetch-mode", "authorization"),
    text,
  );
  const cookies = fc.oneof(
    text,
    text.map((value) => `auth_pubtkt=${value}`),
  );
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
    oddHeaderNames: fc.array(text, { maxLength: 2 }),
    headers: fc
      .tuple(headers, cookies)
      .map(([sent, cookie]) => new Map(Object.entries({ ...sent, cookie }))),
  }) as fc.Arbitrary<Visit>;
  fc.assert(
    fc.property(visit, (facts) => {
      const decision = gateway.decide(facts, now);
      assert.ok(decision.kind !== "allow" && decision.kind !== "renew");
      for (const [, value] of decision.answer.headers) assert.match(value, /^[ -~]*$/);
      const location = locationOf(decision);
      if (location !== "") {
        assert.match(location, /^https:\/\/sso\.example\.com\/login\?[!-~]+$/);
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

test("asks for an argument's place only where the argument says so", () => {
  const cookies = cookieWith({ tokens: ["staff"] });
  assert.equal(decideVisit({ cookies, target: "/edit?action=view" }).kind, "allow");
  assert.equal(decideVisit({ cookies, target: "/edit?action=save" }).kind, "forbid");
});

test("takes no other method from a header where places depend on it", () => {
  const places = [{ path: "/form", methods: ["POST"], anyOfTokens: ["admin"] }];
  const other = createGateway({ sites: [{ ...wiki, places }] });
  const cookies = cookieWith({ tokens: ["staff"] });
  const headers = { "x-http-method-override": "POST" };
  const visit = visitWith({ cookies, headers, target: "/form" });
  assert.equal(other.decide(visit, now).kind, "bad-request");
  assert.equal(gateway.decide(visit, now).kind, "allow");
});

test("asks in a pattern for what the place around it asks for, too", () => {
  const site = {
    ...wiki,
    places: [
      { path: "/admin", anyOfTokens: ["admin"] },
      { path: "/admin", methods: ["POST"], requireMultifactor: true },
      { path: "/admin/users", users: ["ada"] },
      { pattern: "/**/*.php", users: ["ada"] },
    ],
  };
  const other = createGateway({ sites: [site] });
  const kindOf = (facts: VisitFacts) => other.decide(visitWith(facts), now).kind;
  const staff = cookieWith({ tokens: ["staff"] });
  const admin = cookieWith({ tokens: ["admin"] });
  assert.equal(kindOf({ cookies: staff, target: "/x.php" }), "allow");
  assert.equal(kindOf({ cookies: staff, target: "/admin/x.php" }), "forbid");
  assert.equal(kindOf({ cookies: admin, target: "/admin/x.php" }), "allow");
  assert.equal(kindOf({ cookies: admin, target: "/admin/users" }), "allow");
  assert.equal(kindOf({ cookies: admin, target: "/admin/users", method: "POST" }), "log-in");
});

test("ends a circle of those who lack a right, unless they have a page of their own", () => {
  const sites = { circle: wiki, apart: { ...wiki, unauthorisedUrl: "https://sso.example.com/no" } };
  const kinds = Object.values(sites).map((site) => {
    const other = createGateway({ sites: [site], loopKey: new Uint8Array(32).fill(1) });
    let target = "/page";
    for (let round = 0; round < 3; round++) {
      target = backTarget(other.decide(visitWith({ target, cookies: cookieWith() }), now + round));
    }
    return other.decide(visitWith({ target, cookies: cookieWith() }), now + 3).kind;
  });
  assert.deepEqual(kinds, ["loop", "forbid"]);
});

test("refuses doubtful paths where a site is strict, wherever they lead", () => {
  const strict = createGateway({ sites: [{ ...wiki, strictPaths: true }] });
  const cookies = cookieWith({ tokens: ["staff"] });
  for (const target of ["/page;jsessionid=1", "/a//b", "/a/./b", "/a%2fb", "/a%5cb"]) {
    const visit = visitWith({ cookies, target });
    assert.equal(gateway.decide(visit, now).kind, "allow", target);
    assert.equal(strict.decide(visit, now).kind, "bad-request", target);
  }
  for (const target of ["/page", "/a%20b", "/%C3%A4", "/a/b.c?d=%2F//"]) {
    assert.equal(strict.decide(visitWith({ cookies, target }), now).kind, "allow", target);
  }
});

test("looks for the ticket in the site's headers, in their order", () => {
  const site = { ...wiki, anyOfTokens: [], ticketHeaders: ["Cookie", "X-My-Auth"] };
  const other = createGateway({ sites: [site] });
  const [, value = ""] = cookieWith().split("=");
  const kindOf = (facts: VisitFacts) => other.decide(visitWith(facts), now).kind;
  assert.equal(kindOf({ headers: { "x-my-auth": value } }), "allow");
  assert.equal(kindOf({ cookies: "a=b", headers: { "x-my-auth": value } }), "allow");
  assert.equal(kindOf({ cookies: cookieWith(), headers: { "x-my-auth": "bad" } }), "allow");
  // The first with content wins, as with TKTAuthHeader.
  const bad = { cookies: "auth_pubtkt=bad", headers: { "x-my-auth": value } };
  assert.equal(kindOf(bad), "log-in");
});

test("lets nobody in where the web server serves what they may not see", () => {
  const cookies = cookieWith({ tokens: ["staff"] });
  const decideServed = (servedPath: string, target = "/") =>
    decideVisit({ cookies, target, servedPath });
  assert.equal(decideServed("/index.html").kind, "allow");
  const decision = decideServed("/admin/index.html");
  assert.equal(decision.kind, "forbid");
  assert.match(locationOf(decision), /back=https%3A%2F%2Fwiki\.example\.com%2F$/);
  assert.equal(decideServed("/open/", "/admin").kind, "forbid");
  assert.equal(decideServed("/x/..%2fadmin").kind, "bad-request");
  assert.equal(decideServed("/%FF").kind, "bad-request");
});

const counting = createGateway({
  sites: [{ ...wiki, anyOfTokens: [] }],
  loopKey: new Uint8Array(32).fill(1),
});

/** The target that a refused visitor comes back to. */
function backTarget(decision: Decision): string {
  const back = new URL(locationOf(decision)).searchParams.get("back") ?? "";
  return back.replace("https://wiki.example.com", "");
}

test("stops a circle of redirects after the third, and names the cause", () => {
  let target = "/page?a=1";
  for (let round = 0; round < 3; round++) {
    const decision = counting.decide(visitWith({ target }), now + round);
    assert.equal(decision.kind, "log-in");
    target = backTarget(decision);
  }
  const decision = counting.decide(visitWith({ target }), now + 3);
  assert.ok(decision.kind === "loop" && decision.reason === "no-ticket");
  assert.equal(decision.answer.status, 403);
  assert.match(decision.answer.body, /did not send the sign-in cookie/);
  assert.match(decision.answer.body, /href="https:\/\/wiki\.example\.com\/page\?a=1"/);
});

test("takes the count out of the address once signing in went well", () => {
  const target = backTarget(counting.decide(visitWith({ target: "/page?a=1" }), now));
  const decision = counting.decide(visitWith({ target, cookies: cookieWith() }), now + 1);
  assert.equal(decision.kind, "clean-address");
  assert.equal(locationOf(decision), "https://wiki.example.com/page?a=1");
  const form = visitWith({ method: "POST", target, cookies: cookieWith() });
  assert.equal(counting.decide(form, now + 1).kind, "allow");
});

test("counts nothing where the site does not want it", () => {
  const other = createGateway({
    sites: [{ ...wiki, loopBreaker: false }],
    loopKey: new Uint8Array(32),
  });
  assert.equal(backTarget(other.decide(visitWith(), now)), "/page");
});

test("explains which place counted and which checks were passed", () => {
  const cookies = cookieWith({ tokens: ["staff"] });
  const { origin, place, checks, decision } = gateway.explain(
    visitWith({ cookies, target: "/admin/x" }),
    now,
  );
  assert.equal(origin, "https://wiki.example.com");
  assert.deepEqual(place, { kind: "path", text: "/admin" });
  assert.deepEqual(
    checks.filter(({ passed }) => passed === false).map(({ check }) => check),
    ["no-token"],
  );
  assert.equal(decision.kind, "forbid");
  const nowhere = gateway.explain(visitWith({ host: "evil.example" }), now);
  assert.deepEqual([nowhere.origin, nowhere.checks], [undefined, []]);
  const served = gateway.explain(visitWith({ cookies, servedPath: "/admin/index.html" }), now);
  assert.equal(served.place?.text, "/admin");
});

test("refuses two sites with one origin", () => {
  const sites = [wiki, { ...wiki, origin: "https://WIKI.example.com:443" }];
  assert.throws(() => createGateway({ sites }), { code: "repeated-origin" });
});
