import type { EpochSeconds, Verification } from "@countersign/ticket";
import { outcomes } from "./decision/checks.ts";
import { decide } from "./decision/decide.ts";
import type { Decision, Refused } from "./decision/decision.ts";
import type { Explanation } from "./decision/explain.ts";
import type { Facts } from "./decision/facts.ts";
import { plainAnswer } from "./decision/plain-answer.ts";
import type { BadRequest } from "./decision/reason.ts";
import { createRounds, type Rounds } from "./decision/rounds.ts";
import type { FoundPlace } from "./policy/place.ts";
import type { Conditioned } from "./policy/place-conditions.ts";
import type { Policy } from "./policy/policy.ts";
import { PolicyError } from "./policy/policy-error.ts";
import { isAmbiguousQuery } from "./policy/query-readings.ts";
import { createSite, type Site, type SiteOptions } from "./site.ts";
import { aliasAmong } from "./visit/header-aliases.ts";
import { readOrigin } from "./visit/host.ts";
import { hasOneReading } from "./visit/path-readings.ts";
import { readTarget, type Target } from "./visit/target.ts";
import type { Visit } from "./visit/visit.ts";

/** Decides visits to a fixed list of sites. Keeps nothing between two visits but what its verifiers do. */
export interface Gateway {
  decide(visit: Visit, now: EpochSeconds): Decision;

  /** Decides in the same way, and tells how. */
  explain(visit: Visit, now: EpochSeconds): Explanation;
}

/** What a gateway is made of. */
export interface GatewayOptions {
  readonly sites: readonly SiteOptions[];
  /** 32 secret bytes for the marks by which redirects are counted; without it nobody counts. */
  readonly loopKey?: Uint8Array | undefined;
}

/**
 * A gateway to these sites; visits to any other host are bad requests.
 *
 * @throws {PolicyError} for sites that cannot be meant, naming the origin.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const sites = { http: new Map<string, Site>(), https: new Map<string, Site>() };
  for (const siteOptions of options.sites) {
    const site = createSite(siteOptions);
    const { scheme, host, text } = site.origin;
    if (sites[scheme].has(host)) throw new PolicyError("repeated-origin", text);
    sites[scheme].set(host, site);
  }
  const rounds = options.loopKey === undefined ? undefined : createRounds(options.loopKey);

  /** Nearly every host is spelled as we spell it, so that one look-up finds its site. */
  function siteOf({ scheme, host }: Visit): Site | undefined {
    const site = sites[scheme].get(host);
    if (site !== undefined) return site;
    const origin = readOrigin(scheme, host);
    return origin === undefined ? undefined : sites[scheme].get(origin.host);
  }

  return {
    decide(visit, now) {
      const site = siteOf(visit);
      if (site === undefined) return badRequest("unknown-host", visit);
      const found = findPlace(visit, site);
      if ("reason" in found) return badRequest(found.reason, visit);
      return judge(visit, { site, rounds, now }, found).decision;
    },

    explain(visit, now) {
      const site = siteOf(visit);
      const origin = site?.origin.text;
      const nowhere = { origin, place: undefined, policy: undefined, checks: [] };
      if (site === undefined) return { ...nowhere, decision: badRequest("unknown-host", visit) };
      const found = findPlace(visit, site);
      if ("reason" in found) return { ...nowhere, decision: badRequest(found.reason, visit) };
      const { decision, place, facts } = judge(visit, { site, rounds, now }, found);
      const { kind, text } = place.place;
      const { policy } = place;
      return { decision, origin, place: { kind, text }, policy, checks: outcomes(facts) };
    },
  };
}

/** Where and when a visit is judged. */
interface Occasion {
  readonly site: Site;
  readonly rounds: Rounds | undefined;
  readonly now: EpochSeconds;
}

/** A decision, and the place that made it. */
interface Judged {
  readonly decision: Decision;
  readonly place: FoundPlace<Policy>;
  readonly facts: Facts;
}

/** Decides by the place of what was asked for, and then by that of what will be served. */
function judge(visit: Visit, occasion: Occasion, found: Found): Judged {
  const asked = judgeAt(found.place, visit, occasion, found.target);
  const served = placeServed(visit, occasion.site, found);
  if (asked.decision.kind !== "allow" || served === found.place) return asked;
  if (served === "ambiguous") return { ...asked, decision: badRequest("ambiguous-path", visit) };
  const there = judgeAt(served, visit, occasion, found.target);
  // A public page inside takes nothing from what is known outside.
  const isOpen = there.decision.kind === "allow" && there.decision.ticket === undefined;
  return isOpen ? asked : there;
}

function judgeAt(
  place: FoundPlace<Policy>,
  visit: Visit,
  occasion: Occasion,
  target: Target,
): Judged {
  const facts = factsOf(visit, occasion, place.policy, target);
  return { decision: decide(facts), place, facts };
}

/** Where a visit leads, and its target as we know it. */
interface Found {
  readonly place: FoundPlace<Policy>;
  readonly target: Target;
  readonly conditioned: Conditioned;
}

const noArguments = new URLSearchParams();

/** The place of what will be served; that of what was asked for where the web server says nothing else. */
function placeServed(
  { servedPath }: Visit,
  site: Site,
  { place, target, conditioned }: Found,
): FoundPlace<Policy> | "ambiguous" {
  if (servedPath === undefined || servedPath === target.path) return place;
  const served = readTarget(servedPath);
  return served === undefined ? "ambiguous" : site.places.find(served.path, conditioned);
}

function findPlace(visit: Visit, site: Site): Found | { readonly reason: BadRequest } {
  const { oddHeaderNames } = visit;
  if (oddHeaderNames.length > 0 && aliasAmong(oddHeaderNames, site.identityHeaders) !== undefined) {
    return { reason: "header-alias" };
  }
  if (!hasOneMethod(visit, site)) return { reason: "bad-method" };
  const target = readTarget(visit.target);
  if (target === undefined) return { reason: "bad-target" };
  if (site.hasStrictPaths && !hasOneReading(target.path)) return { reason: "ambiguous-path" };
  const search = site.wantedArguments.size === 0 ? "" : target.text.slice(target.path.length);
  if (search !== "" && isAmbiguousQuery(search, site.wantedArguments)) {
    return { reason: "ambiguous-argument" };
  }
  const query = search === "" ? noArguments : new URLSearchParams(search);
  const conditioned = { visit, query };
  const place = site.places.find(target.path, conditioned);
  return place === "ambiguous" ? { reason: "ambiguous-path" } : { place, target, conditioned };
}

function factsOf(
  visit: Visit,
  { site, rounds, now }: Occasion,
  policy: Policy,
  { text }: Target,
): Facts {
  const verification = policy.access === "public" ? undefined : verify(visit, policy, now);
  const counted = site.breaksLoops ? rounds?.read(text, policy.origin, now) : undefined;
  const target = counted?.target ?? text;
  const known = target === visit.target ? visit : withTarget(visit, target);
  return { visit: known, policy, verification, now, round: counted?.round };
}

/** Some applications take small letters for capitals, or a header for the method. */
function hasOneMethod({ method, headers }: Visit, { asksForMethods }: Site): boolean {
  if (!/^[A-Z][A-Z-]*$/.test(method)) return false;
  return !asksForMethods || methodOverrides.every((name) => !headers.get(name));
}

const methodOverrides = ["x-http-method-override", "x-http-method", "x-method-override"];

/** Not by a spread: an adapter's visit may be an object of a class. */
function withTarget(visit: Visit, target: string): Visit {
  const { method, httpVersion, scheme, host, clientAddress, headers, oddHeaderNames } = visit;
  return { method, httpVersion, scheme, host, target, clientAddress, headers, oddHeaderNames };
}

/** The first of the policy's headers that holds a ticket counts. */
function verify(
  visit: Visit,
  { ticketHeaders, cookieName, verifier, hostName: host }: Policy,
  now: EpochSeconds,
): Verification | undefined {
  const { clientAddress } = visit;
  for (const name of ticketHeaders) {
    const value = visit.headers.get(name);
    if (!value) continue;
    const at = { now, clientAddress, host, confirmedKey: undefined };
    if (name !== "cookie") return verifier.verifyEncoded(value, at);
    const verification = verifier.verifyCookies(value, cookieName, at);
    if (verification !== undefined) return verification;
  }
  return undefined;
}

function badRequest(reason: BadRequest, visit: Visit): Refused {
  const problem = { status: 400, title: "Bad Request", reason } as const;
  return { kind: "bad-request", reason, answer: plainAnswer(problem, visit.headers) };
}
