import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type Answer, request } from "../kit/request.ts";
import type { Site } from "../kit/site.ts";
import type { SeenIdentity } from "./identity.ts";
import { assertOutcome, type Outcome } from "./outcome.ts";
import { ada, makeTickets, type TestIssuer } from "./tickets.ts";
import { type Visit, visits } from "./visits.ts";

/** A site with a web server before it. */
export interface OpenSite extends Site {
  /** The path of the page that shows what the application learns of its visitor. */
  readonly whoami: string;
  /** How it learns the name and the user data: as they are, or percent-encoded in headers. */
  readonly identityArrives: "as-text" | "percent-encoded";
  /** The Cache-Control of its redirects and refusals. */
  readonly cacheControl: "no-store" | undefined;
  /** What becomes of headers with other characters for `-` in names that are ours but for that; `refused` if absent. */
  readonly oddHeaders?: "refused" | "dropped";
  /** Whether its redirects carry the loop breaker's mark; so if absent. */
  readonly countsRedirects?: boolean;
}

/** A site, who issues tickets for it, and the moment (seconds since 1970) of all visits. */
export interface Visited {
  readonly site: OpenSite;
  readonly issuer: TestIssuer;
  readonly now: number;
}

/**
 * Makes every visit of the table to `site`.
 *
 * `differences` holds the outcomes of visits that this server answers otherwise, each with a
 * reason at the caller's.
 */
export async function testVisits(
  t: TestContext,
  visited: Visited,
  differences: Readonly<Record<string, Outcome>> = {},
): Promise<void> {
  for (const name of Object.keys(differences)) assert.ok(name in visits, `no visit: ${name}`);
  for (const [name, visit] of Object.entries(visits)) {
    const changed = { ...visit, outcome: differences[name] ?? outcomeAt(visited.site, visit) };
    await testVisit(t, name, changed, visited);
  }
}

/** Makes one visit as the subtest `name`. */
export async function testVisit(
  t: TestContext,
  name: string,
  visit: Visit,
  { site, issuer, now }: Visited,
): Promise<void> {
  const tickets = makeTickets(issuer, now);
  await t.test(`${name}: ${wordsFor(visit.outcome)}`, async () => {
    const answer = await send(site, visit, visit.cookie?.(tickets));
    assertOutcome(answer, visit.outcome, {
      identity: seenBy(site),
      loginOrigin: site.loginOrigin,
      origin: site.origin,
      cacheControl: site.cacheControl,
      isMarked: site.countsRedirects ?? true,
      target: visit.target ?? site.whoami,
    });
  });
}

function outcomeAt({ oddHeaders }: OpenSite, { outcome, ifDropped = outcome }: Visit): Outcome {
  return oddHeaders === "dropped" ? ifDropped : outcome;
}

/** What the application is to learn of Ada, but for her tokens. */
function seenBy(site: OpenSite): Omit<SeenIdentity, "tokens"> {
  const asText = site.identityArrives === "as-text";
  return {
    user: ada.uid,
    userData: asText ? ada.userData : percentEncoded(ada.userData),
    authType: "mod_auth_pubtkt",
  };
}

function send(site: OpenSite, visit: Visit, cookie: string | undefined): Promise<Answer> {
  const { target: path = site.whoami, method = "GET", host = site.host, headers } = visit;
  return request({
    port: site.port,
    host: `${host}:${site.port}`,
    method,
    path,
    headers: { accept: "text/html", ...headers, ...(cookie !== undefined && { cookie }) },
  });
}

/** As headers carry it: a percent sign and what is not ASCII are encoded, spaces are not. */
function percentEncoded(text: string): string {
  return text.replaceAll(/[^ -$&-~]/gu, encodeURIComponent);
}

function wordsFor(outcome: Outcome): string {
  return outcome.kind === "sent-to" ? `sent to ${outcome.page}` : outcome.kind.replaceAll("-", " ");
}
