import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "../../src/decision/decide.ts";
import type { Decision } from "../../src/decision/decision.ts";
import type { Reason } from "../../src/decision/reason.ts";
import type { Policy, PolicyOptions } from "../../src/policy/policy.ts";
import { cookieWith, now, policyWith, type VisitFacts, verified, visitWith } from "../tickets.ts";

const urls = {
  loginUrl: "https://sso/login",
  timeoutUrl: "https://sso/timeout",
  refreshUrl: "https://sso/refresh",
  unauthorisedUrl: "https://sso/unauthorised",
  badAddressUrl: "https://sso/address",
  multifactorUrl: "https://sso/factor",
};

/** Verifies as the gateway does, and decides. */
function decideVisit(facts: VisitFacts, policy: Policy): Decision {
  const visit = visitWith(facts);
  const { cookies } = facts;
  const { clientAddress } = visit;
  const at = { now, clientAddress, host: "wiki.example.com", confirmedKey: undefined };
  const verification =
    cookies === undefined ? undefined : policy.verifier.verifyCookies(cookies, "auth_pubtkt", at);
  return decide({ visit, policy, verification, now, round: undefined });
}

function locationOf(decision: Decision): string | undefined {
  if (decision.kind === "allow") return undefined;
  return decision.answer.headers.find(([name]) => name === "Location")?.[1];
}

function headerOf(decision: Decision, wanted: string): string | undefined {
  if (decision.kind === "allow") return undefined;
  return decision.answer.headers.find(([name]) => name === wanted)?.[1];
}

const oldSignIn = {
  signInId: `${(now - 100).toString(36)}-${"x".repeat(12)}`,
  issuedAt: now - 100,
};

test("allows a valid ticket where no token is needed", () => {
  const policy = policyWith();
  assert.deepEqual(decideVisit({ cookies: cookieWith() }, policy), {
    kind: "allow",
    ticket: verified(),
    policy,
    cacheSeconds: 0,
    authorization: undefined,
    cookies: undefined,
    assertion: undefined,
    renewal: undefined,
  });
});

const passing: Readonly<Record<string, readonly [VisitFacts, PolicyOptions]>> = {
  "any one of the tokens": [
    { cookies: cookieWith({ tokens: ["staff", "ops"] }) },
    { anyOfTokens: ["admin", "ops"] },
  ],
  "all of the tokens": [
    { cookies: cookieWith({ tokens: ["staff", "ops", "dev"] }) },
    { allOfTokens: ["ops", "staff"] },
  ],
  "none of the unwanted tokens": [
    { cookies: cookieWith({ tokens: ["staff"] }) },
    { noneOfTokens: ["guest"] },
  ],
  "one of the users": [{ cookies: cookieWith() }, { users: ["bob", "ada"] }],
  "a sign-in that is just young enough": [
    { cookies: cookieWith(oldSignIn) },
    { maxSignInAgeSeconds: 100 },
  ],
};

for (const [what, [facts, options]] of Object.entries(passing)) {
  test(`allows a ticket with ${what}`, () => {
    assert.equal(decideVisit(facts, policyWith(options)).kind, "allow");
  });
}

const broken = cookieWith().replace("ada", "eve");
const away = {
  "no-tls": [{ scheme: "http", cookies: cookieWith() }, { requireTls: true }, "log-in", "login"],
  "no-ticket": [{}, {}, "log-in", "login"],
  malformed: [{ cookies: `auth_pubtkt=${"x".repeat(80)}` }, {}, "log-in", "login"],
  "unknown-key": [{ cookies: cookieWith().replace(/kid%3D./, "kid%3D!") }, {}, "log-in", "login"],
  "bad-signature": [{ cookies: broken }, {}, "log-in", "login"],
  "wrong-audience": [
    { cookies: cookieWith({ audience: ["shop.example.com"] }) },
    {},
    "log-in",
    "login",
  ],
  "wrong-address": [
    { cookies: cookieWith({ clientAddress: "192.0.2.8" }) },
    {},
    "log-in",
    "address",
  ],
  "unconfirmed-key": [
    { cookies: cookieWith({ confirmationKey: "x".repeat(43) }) },
    {},
    "log-in",
    "login",
  ],
  expired: [{ cookies: cookieWith({ validUntil: now - 1 }) }, {}, "log-in", "timeout"],
  "in-grace": [{ cookies: cookieWith({ graceAfter: now - 1 }) }, {}, "renew", "refresh"],
  "no-multifactor": [{ cookies: cookieWith() }, { requireMultifactor: true }, "log-in", "factor"],
  "no-token": [{ cookies: cookieWith() }, { anyOfTokens: ["admin"] }, "forbid", "unauthorised"],
  "missing-token": [
    { cookies: cookieWith({ tokens: ["ops"] }) },
    { allOfTokens: ["ops", "admin"] },
    "forbid",
    "unauthorised",
  ],
  "unwanted-token": [
    { cookies: cookieWith({ tokens: ["guest"] }) },
    { noneOfTokens: ["guest"] },
    "forbid",
    "unauthorised",
  ],
  "other-user": [{ cookies: cookieWith() }, { users: ["bob"] }, "forbid", "unauthorised"],
  "old-sign-in": [
    { cookies: cookieWith(oldSignIn) },
    { maxSignInAgeSeconds: 99 },
    "log-in",
    "login",
  ],
  "unbound-ticket": [{ cookies: cookieWith() }, { requireBoundTicket: true }, "log-in", "login"],
  "other-origin": [
    { cookies: cookieWith(), headers: { upgrade: "websocket", origin: "https://evil.example" } },
    { answerWith: "redirects" },
    "forbid",
    "unauthorised",
  ],
} as const satisfies Record<Reason, readonly [VisitFacts, PolicyOptions, Decision["kind"], string]>;

const forbidden: readonly string[] = [
  "no-token",
  "missing-token",
  "unwanted-token",
  "other-user",
  "other-origin",
];

for (const [reason, [facts, options, kind, place]] of Object.entries(away)) {
  test(`sends a visitor away: ${reason}`, () => {
    const decision = decideVisit(facts, policyWith({ ...urls, ...options }));
    assert.ok(decision.kind !== "allow");
    assert.deepEqual([decision.kind, decision.reason], [kind, reason]);
    assert.equal(decision.answer.status, 307);
    const location = locationOf(decision);
    assert.ok(location?.startsWith(`https://sso/${place}?`), location);
    assert.equal(headerOf(decision, "Cache-Control"), "no-store");
  });

  test(`forbids where there is nowhere to send a visitor: ${reason}`, () => {
    const decision = decideVisit(facts, policyWith(options));
    assert.ok(decision.kind === "forbid");
    assert.deepEqual([decision.reason, decision.answer.status], [reason, 403]);
    // A WebSocket shows no page.
    const page = /^<!doctype html>.*<h1>Forbidden<\/h1>/s;
    assert.match(decision.answer.body, reason === "other-origin" ? /"Forbidden"/ : page);
  });

  if (reason !== "in-grace") {
    test(`tells a program why: ${reason}`, () => {
      const policy = policyWith({ ...urls, ...options, answerWith: "auto" });
      const headers = { ...("headers" in facts ? facts.headers : {}), accept: "application/json" };
      const decision = decideVisit({ ...facts, headers }, policy);
      assert.ok(decision.kind !== "allow");
      const { status, body } = decision.answer;
      assert.equal(status, forbidden.includes(reason) ? 403 : 401);
      const problem = JSON.parse(body);
      assert.deepEqual([problem.reason, problem.status], [reason, status]);
      assert.equal(problem.login, status === 401 ? urls.loginUrl : undefined);
      assert.equal(headerOf(decision, "Content-Type"), "application/problem+json");
      assert.equal(headerOf(decision, "WWW-Authenticate") !== undefined, status === 401);
    });
  }
}

test("makes its checks in the order of mod_auth_pubtkt", () => {
  const all = { requireTls: true, requireMultifactor: true, anyOfTokens: ["admin"] };
  const policy = policyWith({ ...urls, ...all });
  const ticket = { graceAfter: now - 1, validUntil: now - 1, clientAddress: "192.0.2.8" };
  const steps: readonly [VisitFacts, string][] = [
    [{ scheme: "http", cookies: cookieWith(ticket) }, "no-tls"],
    [{}, "no-ticket"],
    [{ cookies: cookieWith(ticket) }, "wrong-address"],
    [{ cookies: cookieWith({ ...ticket, clientAddress: "192.0.2.7" }) }, "expired"],
    [{ cookies: cookieWith({ graceAfter: now - 1 }) }, "in-grace"],
    [{ cookies: cookieWith() }, "no-multifactor"],
    [{ cookies: cookieWith({ multifactor: true }) }, "no-token"],
    [{ cookies: cookieWith({ multifactor: true, tokens: ["admin"] }) }, "allow"],
  ];
  for (const [facts, expected] of steps) {
    const decision = decideVisit(facts, policy);
    assert.equal(decision.kind === "allow" ? "allow" : decision.reason, expected);
  }
});

test("sends only a GET of a page away to renew; others pass until the ticket ends", () => {
  const cookies = cookieWith({ graceAfter: now - 1 });
  for (const method of ["POST", "HEAD", "PUT", "DELETE"]) {
    assert.equal(decideVisit({ method, cookies }, policyWith(urls)).kind, "allow");
  }
  const script = { cookies, headers: { accept: "*/*" } };
  assert.equal(decideVisit(script, policyWith(urls)).kind, "allow");
  const always = policyWith({ ...urls, answerWith: "redirects" });
  assert.equal(decideVisit(script, always).kind, "renew");
});

test("knows both edges of the grace period and of the validity", () => {
  const edges: readonly [Parameters<typeof cookieWith>[0], Decision["kind"]][] = [
    [{ graceAfter: now }, "allow"],
    [{ graceAfter: now - 1 }, "renew"],
    [{ validUntil: now }, "allow"],
    [{ validUntil: now - 1 }, "log-in"],
  ];
  for (const [fields, kind] of edges) {
    assert.equal(decideVisit({ cookies: cookieWith(fields) }, policyWith(urls)).kind, kind);
  }
});

test("lets anybody into a public place, and knows nobody there", () => {
  const policy = policyWith({ ...urls, access: "public", requireTls: true });
  const decision = decideVisit({}, policy);
  assert.ok(decision.kind === "allow" && decision.ticket === undefined);
  assert.equal(decideVisit({ scheme: "http" }, policy).kind, "log-in");
});

test("knows who is known in a place where a ticket is optional, and lets the others in, too", () => {
  const policy = policyWith({ ...urls, access: "optional", anyOfTokens: ["staff"] });
  const userOf = (facts: VisitFacts) => {
    const decision = decideVisit(facts, policy);
    return decision.kind === "allow" ? decision.ticket?.uid : assert.fail(decision.kind);
  };
  assert.equal(userOf({ cookies: cookieWith({ tokens: ["staff"] }) }), "ada");
  assert.equal(userOf({ cookies: cookieWith({ tokens: ["guest"] }) }), undefined);
  assert.equal(userOf({ cookies: cookieWith({ validUntil: now - 1 }) }), undefined);
  assert.equal(userOf({ cookies: cookieWith({ tokens: ["staff"], graceAfter: now - 1 }) }), "ada");
  assert.equal(userOf({}), undefined);
});

test("answers with redirects or problems alone where the policy says so", () => {
  const page = { headers: { accept: "text/html" } };
  const program = { headers: { accept: "application/json" } };
  const problems = policyWith({ ...urls, answerWith: "problems" });
  const redirects = policyWith({ ...urls, answerWith: "redirects" });
  assert.equal(locationOf(decideVisit(page, problems)), undefined);
  assert.ok(locationOf(decideVisit(program, redirects))?.startsWith("https://sso/login?"));
});

const app = "https://app.example.com";

test("lets scripts of allowed origins read a refusal, and no others", () => {
  const policy = policyWith({ ...urls, corsOrigins: [app] });
  const from = (origin: string) => decideVisit({ headers: { accept: "*/*", origin } }, policy);
  assert.equal(headerOf(from(app), "Access-Control-Allow-Origin"), app);
  assert.equal(headerOf(from(app), "Access-Control-Allow-Credentials"), "true");
  assert.match(headerOf(from(app), "Vary") ?? "", /\bOrigin\b/);
  assert.equal(headerOf(from("https://evil.example"), "Access-Control-Allow-Origin"), undefined);
});

const asked = {
  origin: app,
  "access-control-request-method": "PUT",
  "access-control-request-headers": "content-type, x-a",
};

test("answers preflights per policy", () => {
  const preflight = { method: "OPTIONS", headers: asked };
  const answered = decideVisit(preflight, policyWith({ ...urls, corsOrigins: [app] }));
  assert.ok(answered.kind === "preflight");
  assert.equal(answered.answer.status, 204);
  assert.equal(headerOf(answered, "Access-Control-Allow-Methods"), "PUT");
  assert.equal(headerOf(answered, "Access-Control-Allow-Headers"), "content-type, x-a");

  const other = { method: "OPTIONS", headers: { ...asked, origin: "https://evil.example" } };
  const refused = decideVisit(other, policyWith({ ...urls, corsOrigins: [app] }));
  assert.ok(refused.kind === "preflight" && refused.answer.status === 403);

  const passed = decideVisit(preflight, policyWith({ ...urls, preflight: "pass" }));
  assert.ok(passed.kind === "allow" && passed.ticket === undefined);
  const withTicket = { ...preflight, cookies: cookieWith() };
  const nobody = decideVisit(withTicket, policyWith({ ...urls, preflight: "pass" }));
  assert.ok(nobody.kind === "allow" && nobody.ticket === undefined);

  assert.equal(decideVisit(preflight, policyWith(urls)).kind, "log-in");
});

test("passes preflights of the named origins alone, and none over http where TLS is asked for", () => {
  const preflight = { method: "OPTIONS", headers: asked };
  const named = policyWith({ ...urls, preflight: "pass", corsOrigins: [app], requireTls: true });
  assert.equal(decideVisit(preflight, named).kind, "allow");
  const evil = { ...preflight, headers: { ...asked, origin: "https://evil.example" } };
  assert.equal(decideVisit(evil, named).kind, "preflight");
  assert.equal(decideVisit({ ...preflight, scheme: "http" }, named).kind, "log-in");
});

test("lets WebSockets of the site's own pages, of named origins and of programs in", () => {
  const policy = policyWith({ ...urls, corsOrigins: [app] });
  for (const origin of ["https://wiki.example.com", app, ""]) {
    const headers = { upgrade: "websocket", ...(origin && { origin }) };
    assert.equal(decideVisit({ cookies: cookieWith(), headers }, policy).kind, "allow");
  }
});

test("takes only a real preflight for one", () => {
  const policy = policyWith({ ...urls, preflight: "pass" });
  assert.equal(decideVisit({ method: "OPTIONS" }, policy).kind, "log-in");
  assert.equal(decideVisit({ method: "GET", headers: asked }, policy).kind, "log-in");
});

test("repeats nothing from a preflight that could end a header", () => {
  const headers = { ...asked, "access-control-request-headers": "a\r\nX: y" };
  const decision = decideVisit({ method: "OPTIONS", headers }, policyWith({ corsOrigins: [app] }));
  assert.equal(headerOf(decision, "Access-Control-Allow-Headers"), undefined);
});

test("lets decisions be stored no longer than anything about them holds", () => {
  const policy = policyWith({ cacheSeconds: 60 });
  const secondsFor = (fields: Parameters<typeof cookieWith>[0], method = "GET") => {
    const decision = decideVisit({ method, cookies: cookieWith(fields) }, policy);
    return decision.kind === "allow" ? decision.cacheSeconds : undefined;
  };
  assert.equal(secondsFor({ validUntil: now + 1000 }), 60);
  assert.equal(secondsFor({ validUntil: now + 20 }), 20);
  assert.equal(secondsFor({ validUntil: now }), 0);
  assert.equal(secondsFor({ validUntil: now + 1000, graceAfter: now + 5 }), 5);
  assert.equal(secondsFor({ graceAfter: now - 5 }, "POST"), 0);
  const signedIn = decideVisit(
    { cookies: cookieWith({ ...oldSignIn, validUntil: now + 1000 }) },
    policyWith({ cacheSeconds: 60, maxSignInAgeSeconds: 101 }),
  );
  assert.ok(signedIn.kind === "allow" && signedIn.cacheSeconds === 1);
});

test("hides the ticket from the application, and nothing else", () => {
  const policy = policyWith({ hideTicket: true });
  const cookies = `a=1; ${cookieWith()}; b="2"`;
  const decision = decideVisit({ cookies }, policy);
  assert.ok(decision.kind === "allow");
  assert.equal(decision.cookies, 'a=1; b="2"');
  const alone = decideVisit({ cookies: cookieWith() }, policy);
  assert.ok(alone.kind === "allow" && alone.cookies === "");
});

test("says how to renew in place while the ticket is in its grace period", () => {
  const policy = policyWith({ ...urls, renewInPlace: true });
  const cookie = cookieWith({ graceAfter: now - 1 });
  const decision = decideVisit({ cookies: `a=1; auth_pubtkt=junk; ${cookie}` }, policy);
  assert.ok(decision.kind === "allow");
  assert.deepEqual(decision.renewal, {
    url: "https://sso/refresh?back=https%3A%2F%2Fwiki.example.com%2F",
    cookies: cookie,
  });
  const fresh = decideVisit({ cookies: cookieWith() }, policy);
  assert.ok(fresh.kind === "allow" && fresh.renewal === undefined);
});
