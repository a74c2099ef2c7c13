import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Reason } from "../../src/decision/reason.ts";
import { maxLocationLength, redirectFor } from "../../src/decision/redirects.ts";
import type { Policy } from "../../src/policy/policy.ts";
import { now, policyWith, type VisitFacts, visitWith } from "../tickets.ts";

const origin = "https://wiki.example.com";
const policy = policyWith({ loginUrl: "https://sso.example.com/login" });

function redirect(reason: Reason, facts: VisitFacts, of: Policy) {
  const visit = visitWith(facts);
  return redirectFor(reason, { visit, policy: of, verification: undefined, now, round: undefined });
}

test("adds the way back to the address", () => {
  assert.equal(
    redirect("no-ticket", { target: "/a?b=c&d" }, policy)?.location,
    "https://sso.example.com/login?back=https%3A%2F%2Fwiki.example.com%2Fa%3Fb%3Dc%26d",
  );
});

test("goes on with & after an address that has arguments", () => {
  const other = policyWith({
    loginUrl: "https://sso/login?site=1",
    backArgument: "return",
  });
  assert.equal(
    redirect("no-ticket", { target: "/" }, other)?.location,
    "https://sso/login?site=1&return=https%3A%2F%2Fwiki.example.com%2F",
  );
});

test("names the address that the ticket is not meant for, before the way back", () => {
  const facts = { target: "/", clientAddress: "2001:db8::7" };
  assert.equal(
    redirect("wrong-address", facts, policy)?.location,
    "https://sso.example.com/login?ip=2001%3Adb8%3A%3A7&back=https%3A%2F%2Fwiki.example.com%2F",
  );
});

test("sends an expired POST to its own address", () => {
  const other = policyWith({
    timeoutUrl: "https://sso/t",
    postTimeoutUrl: "https://sso/p",
  });
  const start = (method: string) => redirect("expired", { method }, other)?.location.split("?")[0];
  assert.deepEqual([start("POST"), start("GET")], ["https://sso/p", "https://sso/t"]);
});

const statuses = [
  ["GET", "1.1", 307],
  ["HEAD", "1.1", 307],
  ["POST", "1.1", 303],
  ["PUT", "1.1", 303],
  ["DELETE", "1.1", 303],
  ["GET", "1.0", 302],
  ["POST", "1.0", 302],
] as const;

for (const [method, httpVersion, status] of statuses) {
  test(`redirects ${method} of HTTP/${httpVersion} with ${status}`, () => {
    assert.equal(redirect("no-ticket", { method, httpVersion }, policy)?.status, status);
  });
}

test("gives back the target exactly as it was sent", () => {
  const target = fc
    .string({ maxLength: 500 })
    .map((text) => `/${text.replaceAll(/[^!-~]|#/g, "")}`);
  fc.assert(
    fc.property(target, (sent) => {
      const location = redirect("no-ticket", { target: sent }, policy)?.location;
      assert.equal(new URL(location ?? "").searchParams.get("back"), origin + sent);
    }),
  );
});

test("leaves out the query, then the path, when the way back is too long", () => {
  const backOf = (target: string) => {
    const location = redirect("no-ticket", { target }, policy)?.location ?? "";
    assert.ok(location.length <= maxLocationLength);
    return new URL(location).searchParams.get("back");
  };
  assert.equal(backOf(`/page?${"/".repeat(3000)}`), `${origin}/page`);
  assert.equal(backOf(`/${"a".repeat(7000)}`), `${origin}/`);
});

test("says that the sign-in is too old, since the ticket is good", () => {
  assert.equal(
    redirect("old-sign-in", { target: "/" }, policy)?.location,
    "https://sso.example.com/login?reason=old-sign-in&back=https%3A%2F%2Fwiki.example.com%2F",
  );
});
