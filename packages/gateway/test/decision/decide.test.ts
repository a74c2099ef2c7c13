import assert from "node:assert/strict";
import { test } from "node:test";
import { type Decision, decide } from "../../src/decision/decide.ts";
import type { Reason } from "../../src/decision/reason.ts";
import { createPolicy, type Policy, type PolicyOptions } from "../../src/policy/policy.ts";
import type { Visit } from "../../src/visit/visit.ts";
import { cookieWith, now, verified, verifier, visitWith } from "../tickets.ts";

const urls = {
  loginUrl: "https://sso/login",
  timeoutUrl: "https://sso/timeout",
  refreshUrl: "https://sso/refresh",
  unauthorisedUrl: "https://sso/unauthorised",
  badAddressUrl: "https://sso/address",
  multifactorUrl: "https://sso/factor",
};

function policyWith(options: PolicyOptions = {}): Policy {
  return createPolicy("https://wiki.example.com", { ...urls, ...options });
}

/** Verifies as the gateway does, and decides. */
function decideVisit(visit: Visit, policy: Policy): Decision {
  const { cookies, clientAddress } = visit;
  const at = { now, clientAddress, host: "wiki.example.com", confirmedKey: undefined };
  const verification =
    cookies === undefined ? undefined : verifier.verifyCookies(cookies, "auth_pubtkt", at);
  return decide(visit, policy, verification);
}

test("allows a valid ticket where no token is needed", () => {
  const decision = decideVisit(visitWith({ cookies: cookieWith() }), policyWith());
  assert.deepEqual(decision, { kind: "allow", ticket: verified() });
});

test("allows a ticket with any one of the tokens", () => {
  const visit = visitWith({ cookies: cookieWith({ tokens: ["staff", "ops"] }) });
  assert.equal(decideVisit(visit, policyWith({ anyOfTokens: ["admin", "ops"] })).kind, "allow");
});

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
} as const satisfies Record<
  Reason,
  readonly [Partial<Visit>, PolicyOptions, Decision["kind"], string]
>;

for (const [reason, [facts, options, kind, place]] of Object.entries(away)) {
  test(`sends a visitor away: ${reason}`, () => {
    const decision = decideVisit(visitWith(facts), policyWith(options));
    assert.equal(decision.kind, kind);
    if ("reason" in decision) assert.equal(decision.reason, reason);
    assert.ok("redirect" in decision);
    assert.ok(
      decision.redirect?.location.startsWith(`https://sso/${place}?`),
      decision.redirect?.location,
    );
  });

  test(`forbids where there is nowhere to send a visitor: ${reason}`, () => {
    const policy = createPolicy("https://wiki.example.com", options);
    const decision = decideVisit(visitWith(facts), policy);
    assert.deepEqual(decision, { kind: "forbid", reason, redirect: undefined });
  });
}

test("makes its checks in the order of mod_auth_pubtkt", () => {
  const all = { requireTls: true, requireMultifactor: true, anyOfTokens: ["admin"] };
  const policy = policyWith(all);
  const ticket = { graceAfter: now - 1, validUntil: now - 1, clientAddress: "192.0.2.8" };
  const steps: readonly [Partial<Visit>, string][] = [
    [{ scheme: "http", cookies: cookieWith(ticket) }, "no-tls"],
    [{}, "no-ticket"],
    [{ cookies: cookieWith(ticket) }, "wrong-address"],
    [{ cookies: cookieWith({ ...ticket, clientAddress: "192.0.2.7" }) }, "expired"],
    [{ cookies: cookieWith({ graceAfter: now - 1 }) }, "renew"],
    [{ cookies: cookieWith() }, "no-multifactor"],
    [{ cookies: cookieWith({ multifactor: true }) }, "no-token"],
    [{ cookies: cookieWith({ multifactor: true, tokens: ["admin"] }) }, "allow"],
  ];
  for (const [facts, expected] of steps) {
    const decision = decideVisit(visitWith(facts), policy);
    assert.equal("reason" in decision ? decision.reason : decision.kind, expected);
  }
});

test("renews for GET only; others pass until the ticket ends", () => {
  for (const method of ["POST", "HEAD", "PUT", "DELETE"]) {
    const visit = visitWith({ method, cookies: cookieWith({ graceAfter: now - 1 }) });
    assert.equal(decideVisit(visit, policyWith()).kind, "allow");
  }
});

test("knows both edges of the grace period and of the validity", () => {
  const edges: readonly [Parameters<typeof cookieWith>[0], Decision["kind"]][] = [
    [{ graceAfter: now }, "allow"],
    [{ graceAfter: now - 1 }, "renew"],
    [{ validUntil: now }, "allow"],
    [{ validUntil: now - 1 }, "log-in"],
  ];
  for (const [fields, kind] of edges) {
    assert.equal(decideVisit(visitWith({ cookies: cookieWith(fields) }), policyWith()).kind, kind);
  }
});
