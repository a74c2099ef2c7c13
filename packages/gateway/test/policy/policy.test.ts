import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { PolicyOptions } from "../../src/policy/policy.ts";
import { PolicyError, type PolicyErrorCode } from "../../src/policy/policy-error.ts";
import { policyWith } from "../tickets.ts";

test("asks for nothing but a ticket unless it says otherwise", () => {
  const { origin, verifier, identityNames, redirectUrls, ...rest } = policyWith();
  assert.deepEqual(rest, {
    hostName: "wiki.example.com",
    cookieName: "auth_pubtkt",
    ticketHeaders: ["cookie"],
    access: "required",
    requireTls: false,
    requireMultifactor: false,
    requireBoundTicket: false,
    maxSignInAgeSeconds: Number.POSITIVE_INFINITY,
    anyOfTokens: [],
    allOfTokens: [],
    noneOfTokens: [],
    users: [],
    backArgument: "back",
    answerWith: "auto",
    corsOrigins: [],
    preflight: "check",
    basicAuth: "none",
    basicAuthKey: undefined,
    hideTicket: false,
    assertion: undefined,
    renewInPlace: false,
    cacheSeconds: 0,
    debug: 0,
  });
});

test("answers preflights where other origins are allowed", () => {
  assert.equal(policyWith({ corsOrigins: ["https://app.example.com"] }).preflight, "answer");
});

const impossible = {
  "bad-redirect-url": { refreshUrl: "/refresh" },
  "bad-argument-name": { backArgument: "a=b" },
  "bad-cookie-name": { cookieName: "a=b" },
  "bad-header-name": { ticketHeaders: ["X My-Auth"] },
  "bad-cors-origin": { corsOrigins: ["https://app.example.com/"] },
  "bad-basic-auth-key": { basicAuthKey: "fifteen letters" },
} satisfies Partial<Record<PolicyErrorCode, PolicyOptions>>;

for (const [code, options] of Object.entries(impossible)) {
  test(`refuses a policy that cannot be meant: ${code}`, () => {
    assert.throws(() => policyWith(options), { name: "PolicyError", code });
  });
}

test("options give a policy or the package's own error", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (loginUrl, backArgument) => {
      try {
        const policy = policyWith({ loginUrl, backArgument });
        assert.equal(new URLSearchParams(`${policy.backArgument}=1`).get(backArgument), "1");
      } catch (error) {
        assert.ok(error instanceof PolicyError);
      }
    }),
  );
});

test("has no assertion where it is switched off", () => {
  assert.equal(policyWith({ assertion: "none" }).assertion, undefined);
});
