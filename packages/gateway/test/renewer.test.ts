import assert from "node:assert/strict";
import { test } from "node:test";
import type { TicketFields } from "@countersign/ticket";
import type { Allow } from "../src/decision/decision.ts";
import { createGateway, type GatewayOptions } from "../src/gateway.ts";
import { type AskForRenewal, createRenewer, type RenewalQuestion } from "../src/renewer.ts";
import type { Visit } from "../src/visit/visit.ts";
import { cookieWith, now, type VisitFacts, verifier, visitWith } from "./tickets.ts";

const refreshUrl = "https://sso.example.com/refresh";
const site = { origin: "https://wiki.example.com", verifier, refreshUrl, renewInPlace: true };

/** A visit in the grace period, and how it was decided. */
function dueVisit(fields: Partial<TicketFields> = {}, facts: VisitFacts = {}) {
  const cookie = cookieWith({ graceAfter: now - 1, ...fields });
  const visit = visitWith({ cookies: cookie, ...facts });
  return { visit, cookie, allow: decided(visit) };
}

function decided(visit: Visit, sites: GatewayOptions["sites"] = [site]): Allow {
  const decision = createGateway({ sites }).decide(visit, now);
  if (decision.kind !== "allow") assert.fail(`expected to be allowed, not: ${decision.reason}`);
  return decision;
}

const renewedCookie = `${cookieWith({ validUntil: now + 900 })}; Path=/; HttpOnly; SameSite=Lax`;

/** Answers every question in the same way once `open` is called, and keeps them. */
function loginServer(setCookies: readonly string[] = [renewedCookie]) {
  const questions: RenewalQuestion[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const ask: AskForRenewal = async (question) => {
    questions.push(question);
    await promise;
    return setCookies;
  };
  return { ask, questions, open: resolve };
}

test("renews once for fifty requests at once, and each gets the one new ticket", async () => {
  const { ask, questions, open } = loginServer();
  const renewer = createRenewer(ask);
  const { allow, visit, cookie } = dueVisit();
  const requests = Array.from({ length: 50 }, () => renewer.renew(allow, visit, now));
  open();
  assert.deepEqual(new Set(await Promise.all(requests)), new Set([renewedCookie]));
  const back = encodeURIComponent("https://wiki.example.com/");
  const question = {
    url: `${refreshUrl}?back=${back}`,
    cookies: cookie,
    clientAddress: "192.0.2.7",
  };
  assert.deepEqual(questions, [question]);
});

test("gives requests that come a little later the same, and asks again afterwards", async () => {
  const { ask, questions, open } = loginServer();
  open();
  const renewer = createRenewer(ask);
  const { allow, visit } = dueVisit();
  for (const [later, asked] of [
    [0, 1],
    [15, 1],
    [16, 2],
    [31, 2],
    [32, 3],
  ] as const) {
    assert.equal(await renewer.renew(allow, visit, now + later), renewedCookie);
    assert.equal(questions.length, asked);
  }
});

test("asks for each visitor and each address alone", async () => {
  const { ask, questions, open } = loginServer();
  open();
  const renewer = createRenewer(ask);
  for (const { allow, visit } of [
    dueVisit(),
    dueVisit({ tokens: ["staff"] }),
    dueVisit({}, { clientAddress: "192.0.2.8" }),
  ]) {
    await renewer.renew(allow, visit, now);
  }
  assert.equal(new Set(questions).size, 3);
});

test("asks nobody about a ticket that is not due, or where nothing is renewed in place", async () => {
  const renewer = createRenewer(() => assert.fail("asked"));
  const fresh = dueVisit({ graceAfter: now });
  assert.equal(await renewer.renew(fresh.allow, fresh.visit, now), undefined);
  const { visit } = dueVisit({}, { method: "POST" });
  const allow = decided(visit, [{ ...site, renewInPlace: false }]);
  assert.equal(await renewer.renew(allow, visit, now), undefined);
});

const fresh = cookieWith({ validUntil: now + 900 });
const refusedAnswers: Readonly<Record<string, readonly string[]>> = {
  "no cookie": [],
  "a cookie of another name": [`x${fresh}; Path=/`],
  "a cookie that ends another": ["auth_pubtkt=; Max-Age=0; Path=/"],
  "a damaged ticket": [fresh.replace("ada", "eve")],
  "a ticket of somebody else": [cookieWith({ uid: "bob" })],
  "a ticket for another address": [cookieWith({ clientAddress: "192.0.2.8" })],
  "a ticket for another host": [cookieWith({ audience: ["shop.example.com"] })],
  "a ticket that has expired": [cookieWith({ validUntil: now - 1 })],
  "a second header": [`${fresh}; Path=/\r\nLocation: https://evil.example/`],
  "letters that are not ASCII": [`${fresh}; Path=/ä`],
  "an endless cookie": [`${fresh}; Path=/${"a".repeat(4096)}`],
};

for (const [what, setCookies] of Object.entries(refusedAnswers)) {
  test(`lets the visitor pass with the old ticket when it gets ${what}`, async () => {
    const { ask, open } = loginServer(setCookies);
    open();
    const { allow, visit } = dueVisit();
    assert.equal(await createRenewer(ask).renew(allow, visit, now), undefined);
  });
}

test("finds the ticket among other cookies", async () => {
  const { ask, open } = loginServer(["countersign_renewals=1.x; Path=/refresh", renewedCookie]);
  open();
  const { allow, visit } = dueVisit();
  assert.equal(await createRenewer(ask).renew(allow, visit, now), renewedCookie);
});

test("leaves a login server that fails alone for a while, and nobody waits for it", async () => {
  let asked = 0;
  const renewer = createRenewer(async () => {
    asked += 1;
    throw new Error("connection refused");
  });
  const tickets = ["a", "b", "c"].map((userData) => dueVisit({ userData }));
  for (const { allow, visit } of tickets) {
    assert.equal(await renewer.renew(allow, visit, now), undefined);
  }
  assert.equal(asked, 1);
  const [{ allow, visit }] = tickets as [(typeof tickets)[0]];
  assert.equal(await renewer.renew(allow, visit, now + 15), undefined);
  assert.equal(asked, 1);
  assert.equal(await renewer.renew(allow, visit, now + 16), undefined);
  assert.equal(asked, 2);
});

test("asks about so many tickets at a time and no more; the others pass with the old one", async () => {
  const { ask, questions, open } = loginServer();
  const renewer = createRenewer(ask);
  const renewals = Array.from({ length: 65 }, (_, number) => {
    const { allow, visit } = dueVisit({ userData: `${number}` });
    return renewer.renew(allow, visit, now);
  });
  assert.equal(questions.length, 64);
  open();
  const answers = await Promise.all(renewals);
  assert.equal(answers.filter((answer) => answer === renewedCookie).length, 64);
  assert.equal(answers.at(-1), undefined);
});
