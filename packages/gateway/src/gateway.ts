import type { EpochSeconds, Verification } from "@countersign/ticket";
import { outcomes } from "./decision/checks.ts";
import { decide } from "./decision/decide.ts";
import type { Decision, Refused } from "./decision/decision.ts";
import type { Explanation } from "./decision/explain.ts";
import type { Facts } from "./decision/facts.ts";
import { plainAnswer } from "./decision/plain-answer.ts";
import type { BadRequest } from "./decision/reason.ts";
import { createRounds, type Rounds } from "./decision/rounds.ts";
import type { Conditioned } from "./policy/place-conditions.ts";
import type { Place } from "./policy/places.ts";
import type { Policy } from "./policy/policy.ts";
import { PolicyError } from "./policy/policy-error.ts";
import { createSite, type Site, type SiteOptions } from "./site.ts";
import { aliasAmong } from "./visit/header-aliases.ts";
import { readOrigin } from "./visit/host.ts";
import { isPlain } from "./visit/path-readings.ts";
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
      const decision = decide(factsOf(visit, site, found, rounds, now));
      const served = placeServed(visit, site, found);
      if (decision.kind !== "allow" || served === found.place) return decision;
      if (served === "ambiguous") return badRequest("ambiguous-path", visit);
      const there = decide(factsOf(visit, site, { ...found, place: served }, rounds, now));
      return there.kind === "allow" && there.ticket === undefined ? decision : there;
    },

    explain(visit, now) {
      const decision = this.decide(visit, now);
      const site = siteOf(visit);
      const origin = site?.origin.text;
      const found = site === undefined ? undefined : findPlace(visit, site);
      if (site === undefined || found === undefined || "reason" in found) {
        return { decision, origin, place: undefined, policy: undefined, checks: [] };
      }
      const { kind, text, rules: policy } = found.place;
      const checks = outcomes(factsOf(visit, site, found, rounds, now));
      return { decision, origin, place: { kind, text }, policy, checks };
    },
  };
}

/** Where a visit leads, and its target as we know it. */
interface Found {
  readonly place: Place<Policy>;
  readonly target: Target;
  readonly conditioned: Conditioned;
}

const noArguments = new URLSearchParams();

/** The place of what will be served; that of what was asked for where the web server says nothing else. */
function placeServed(
  { servedPath }: Visit,
  site: Site,
  { place, target, conditioned }: Found,
): Place<Policy> | "ambiguous" {
  if (servedPath === undefined || servedPath === target.path) return place;
  const served = readTarget(servedPath);
  return served === undefined ? "ambiguous" : site.places.find(served.path, conditioned);
}

function findPlace(visit: Visit, site: Site): Found | { readonly reason: BadRequest } {
  const { oddHeaderNames } = visit;
  if (oddHeaderNames.length > 0 && aliasAmong(oddHeaderNames, site.identityHeaders) !== undefined) {
    return { reason: "header-alias" };
  }
  const target = readTarget(visit.target);
  if (target === undefined) return { reason: "bad-target" };
  if (site.hasStrictPaths && !isPlain(target.path)) return { reason: "ambiguous-path" };
  const { argumentNames } = site;
  const query =
    argumentNames.length === 0
      ? noArguments
      : new URLSearchParams(target.text.slice(target.path.length));
  if (argumentNames.some((name) => query.getAll(name).length > 1)) {
    return { reason: "ambiguous-argument" };
  }
  const conditioned = { visit, query };
  const place = site.places.find(target.path, conditioned);
  return place === "ambiguous" ? { reason: "ambiguous-path" } : { place, target, conditioned };
}

function factsOf(
  visit: Visit,
  site: Site,
  { place, target: { text } }: Found,
  rounds: Rounds | undefined,
  now: EpochSeconds,
): Facts {
  const policy = place.rules;
  const verification =
    policy.access === "public" ? undefined : verify(visit, policy, site.origin.hostName, now);
  const counted = site.breaksLoops ? rounds?.read(text, policy.origin, now) : undefined;
  const target = counted?.target ?? text;
  const known = target === visit.target ? visit : withTarget(visit, target);
  return { visit: known, policy, verification, now, round: counted?.round };
}

/** Not by a spread: an adapter's visit may be an object of a class. */
function withTarget(visit: Visit, target: string): Visit {
  const { method, httpVersion, scheme, host, clientAddress, headers, oddHeaderNames } = visit;
  return { method, httpVersion, scheme, host, target, clientAddress, headers, oddHeaderNames };
}

/** The first of the policy's headers that holds a ticket counts. */
function verify(
  visit: Visit,
  { ticketHeaders, cookieName, verifier }: Policy,
  host: string,
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
