import assert from "node:assert/strict";
import { test } from "node:test";
import { type LoopCause, loopCauseOf } from "../../src/decision/loop-cause.ts";
import { loopAnswer } from "../../src/decision/loop-page.ts";
import type { Reason } from "../../src/decision/reason.ts";
import { createPolicy, type PolicyOptions } from "../../src/policy/policy.ts";
import { cookieWith, now, type VisitFacts, verifier, visitWith } from "../tickets.ts";

interface Case extends VisitFacts {
  readonly reason: Reason;
  readonly origin?: string;
  readonly options?: PolicyOptions;
}

const sso = { loginUrl: "https://sso.example.com/login" };

const cases: Readonly<Record<LoopCause, Case>> = {
  "cookie-secure": { reason: "no-ticket", origin: "http://wiki.example.com" },
  "cookie-domain": {
    reason: "no-ticket",
    options: { loginUrl: "https://sso.example.org/login" },
    headers: { "sec-fetch-site": "cross-site" },
  },
  "cookie-same-site": { reason: "no-ticket", headers: { "sec-fetch-site": "cross-site" } },
  "unreadable-ticket": { reason: "malformed", cookies: "auth_pubtkt=x" },
  "wrong-key": { reason: "unknown-key", cookies: cookieWith() },
  "wrong-address": { reason: "wrong-address", cookies: cookieWith({ clientAddress: "192.0.2.8" }) },
  clock: { reason: "expired", cookies: cookieWith({ issuedAt: now - 500, validUntil: now - 100 }) },
  "short-lifetime": {
    reason: "expired",
    cookies: cookieWith({ issuedAt: now - 2, validUntil: now - 1 }),
  },
  requirement: { reason: "no-multifactor", cookies: cookieWith() },
};

for (const [cause, { reason, origin, options, ...facts }] of Object.entries(cases)) {
  const policy = createPolicy(
    { origin: origin ?? "https://wiki.example.com", verifier },
    { ...sso, ...options },
  );
  const visit = visitWith(facts);
  const { clientAddress } = visit;
  const at = { now, clientAddress, host: "wiki.example.com", confirmedKey: undefined };
  const verification =
    facts.cookies === undefined
      ? undefined
      : verifier.verifyCookies(facts.cookies, "auth_pubtkt", at);
  const facted = { visit, policy, verification, now, round: undefined };

  test(`finds the cause ${cause}`, () => assert.equal(loopCauseOf(reason, facted), cause));

  test(`shows a page for ${cause} that leaves nothing open`, () => {
    const { status, body } = loopAnswer(reason, facted);
    assert.equal(status, 403);
    assert.match(body, /For the administrator: /);
    assert.doesNotMatch(body, /[{}](?![^<]*<\/style>)|undefined|sig=/);
  });
}

test("says by how much the clocks differ, and which address it sees", () => {
  const policy = createPolicy({ origin: "https://wiki.example.com", verifier }, sso);
  const visit = visitWith({ cookies: cookieWith({ issuedAt: now - 500, validUntil: now - 100 }) });
  const { clientAddress } = visit;
  const at = { now, clientAddress, host: "wiki.example.com", confirmedKey: undefined };
  const cookie = visit.headers.get("cookie") ?? "";
  const verification = verifier.verifyCookies(cookie, "auth_pubtkt", at);
  const facts = { visit, policy, verification, now, round: undefined };
  assert.match(loopAnswer("expired", facts).body, /is 500 seconds old/);
  assert.match(loopAnswer("wrong-address", facts).body, /sees you at: 192\.0\.2\.7\./);
});
