import type { EpochSeconds, Verifier } from "@countersign/ticket";
import { type BadRequest, type Decision, decide } from "./decision/decide.ts";
import { createPlaces, type Place, type Places } from "./policy/places.ts";
import { createPolicy, type PolicyOptions } from "./policy/policy.ts";
import { PolicyError } from "./policy/policy-error.ts";
import { type Origin, readOrigin } from "./visit/host.ts";
import { readTarget } from "./visit/target.ts";
import type { Visit } from "./visit/visit.ts";

/** What an administrator says of a site. Its own policy is that of the place `/`. */
export interface SiteOptions extends PolicyOptions {
  /** `scheme://host[:port]` under which visitors reach it. */
  readonly origin: string;
  readonly verifier: Verifier;
  /** `auth_pubtkt` unless it says otherwise. */
  readonly cookieName?: string | undefined;
  readonly places?: readonly PlaceOptions[] | undefined;
}

/** A place in a site: what it leaves out is as in the site; a list of tokens replaces the site's. */
export interface PlaceOptions extends PolicyOptions {
  readonly path: string;
}

/** Decides visits to a fixed list of sites. Keeps nothing between two visits but what its verifiers do. */
export interface Gateway {
  decide(visit: Visit, now: EpochSeconds): Decision;
}

interface Site {
  readonly origin: Origin;
  readonly verifier: Verifier;
  readonly cookieName: string;
  readonly places: Places;
}

/**
 * A gateway to these sites; visits to any other host are bad requests.
 *
 * @throws {PolicyError} for sites that cannot be meant, naming the origin.
 */
export function createGateway(options: { readonly sites: readonly SiteOptions[] }): Gateway {
  const sites = { http: new Map<string, Site>(), https: new Map<string, Site>() };
  for (const siteOptions of options.sites) {
    const site = createSite(siteOptions);
    const { scheme, host, text } = site.origin;
    if (sites[scheme].has(host)) throw new PolicyError("repeated-origin", text);
    sites[scheme].set(host, site);
  }

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
      if (site === undefined) return badRequests["unknown-host"];
      const target = readTarget(visit.target);
      if (target === undefined) return badRequests["bad-target"];
      const place = site.places.find(target.path);
      if (place === "ambiguous") return badRequests["ambiguous-path"];
      const verification = verify(visit, site, now);
      const known = target.text === visit.target ? visit : { ...visit, target: target.text };
      return decide(known, place.policy, verification);
    },
  };
}

function verify(visit: Visit, site: Site, now: EpochSeconds) {
  if (visit.cookies === undefined) return undefined;
  return site.verifier.verifyCookies(visit.cookies, site.cookieName, {
    now,
    clientAddress: visit.clientAddress,
    host: site.origin.hostName,
    confirmedKey: undefined,
  });
}

function createSite(options: SiteOptions): Site {
  const { cookieName = "auth_pubtkt" } = options;
  const origin = readSiteOrigin(options.origin);
  // RFC 6265 §4.1.1: a cookie's name is a token of RFC 2616.
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(cookieName)) {
    throw new PolicyError("bad-cookie-name", origin.text);
  }
  const { places = [] } = options;
  const root: PlaceOptions = { path: "/" };
  const all = places.some(({ path }) => path === "/") ? places : [root, ...places];
  return {
    origin,
    verifier: options.verifier,
    cookieName,
    places: createPlaces(all.map((place) => createPlace(origin, options, place))),
  };
}

function readSiteOrigin(text: string): Origin {
  const [, scheme = "", host = ""] = /^(https?):\/\/(.*)$/.exec(text) ?? [];
  const origin = scheme === "http" || scheme === "https" ? readOrigin(scheme, host) : undefined;
  if (origin === undefined) throw new PolicyError("bad-origin");
  return origin;
}

function createPlace(origin: Origin, site: PolicyOptions, place: PlaceOptions): Place {
  const said = Object.entries(place).filter(([, value]) => value !== undefined);
  const policy = createPolicy(origin.text, { ...site, ...Object.fromEntries(said) });
  return { path: place.path, policy };
}

const badRequests = {
  "unknown-host": { kind: "bad-request", reason: "unknown-host" },
  "bad-target": { kind: "bad-request", reason: "bad-target" },
  "ambiguous-path": { kind: "bad-request", reason: "ambiguous-path" },
} as const satisfies Record<BadRequest, Decision>;
