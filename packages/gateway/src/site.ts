import type { Verifier } from "@countersign/ticket";
import { identityHeaderNames } from "./identity/identity.ts";
import type { IdentityNames } from "./identity/identity-names.ts";
import { nestPlaces, type PlaceOptions } from "./policy/nesting.ts";
import { createCondition } from "./policy/place-conditions.ts";
import { createPlaces, type Places } from "./policy/places.ts";
import { createPolicy, type Policy, type PolicyOptions } from "./policy/policy.ts";
import { PolicyError } from "./policy/policy-error.ts";
import { type Origin, readOrigin } from "./visit/host.ts";

/** What an administrator says of a site. Its own policy is that of the place `/`. */
export interface SiteOptions extends PolicyOptions {
  /** `scheme://host[:port]` under which visitors reach it. */
  readonly origin: string;
  readonly verifier: Verifier;
  readonly identityNames?: IdentityNames | undefined;
  /** Refuse every path that servers could read in two ways, wherever the readings lead. */
  readonly strictPaths?: boolean | undefined;
  /** Whether to count redirects and stop a circle of them; so unless it says otherwise. */
  readonly loopBreaker?: boolean | undefined;
  readonly places?: readonly PlaceOptions[] | undefined;
}

/** A site that visits can be decided for. */
export interface Site {
  readonly origin: Origin;
  readonly places: Places<Policy>;
  readonly hasStrictPaths: boolean;
  readonly breaksLoops: boolean;
  /** The arguments of the query that places depend on. */
  readonly argumentNames: readonly string[];
  /** In lower case: the headers by which applications know their visitors. */
  readonly identityHeaders: ReadonlySet<string>;
}

/** @throws {PolicyError} for a site that cannot be meant. */
export function createSite(options: SiteOptions): Site {
  const { origin: text, identityNames, strictPaths, loopBreaker, places = [], ...rest } = options;
  const origin = readSiteOrigin(text);
  const isRoot = ({ path, ...other }: PlaceOptions) => path === "/" && !hasConditions(other);
  const all = places.some(isRoot) ? places : [{ path: "/" }, ...places];
  const { verifier } = options;
  const created = nestPlaces(rest, all).map(({ address, conditions, policy }) => ({
    ...address,
    condition: createCondition(conditions),
    rules: createPolicy({ origin: origin.text, identityNames, verifier }, policy),
  }));
  const assertionHeaders = created.flatMap(({ rules }) => rules.assertion?.header ?? []);
  return {
    origin,
    places: createPlaces(created),
    hasStrictPaths: strictPaths ?? false,
    breaksLoops: loopBreaker ?? true,
    argumentNames: [...new Set(places.flatMap((place) => Object.keys(place.arguments ?? {})))],
    identityHeaders: identityHeaderNames([
      ...Object.values(identityNames ?? {}),
      ...assertionHeaders,
    ]),
  };
}

function hasConditions({ methods, networks, arguments: named }: PlaceOptions): boolean {
  return methods !== undefined || networks !== undefined || named !== undefined;
}

function readSiteOrigin(text: string): Origin {
  const [, scheme = "", host = ""] = /^(https?):\/\/(.*)$/.exec(text) ?? [];
  const origin =
    scheme === "http" || scheme === "https" ? readOrigin(scheme, inAscii(host)) : undefined;
  if (origin === undefined) throw new PolicyError("bad-origin");
  return origin;
}

/** Browsers send a name that is not ASCII in its ASCII form (IDNA). */
function inAscii(host: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  return /^[\u0000-\u007f]*$/.test(host) ? host : (URL.parse(`http://${host}`)?.host ?? "");
}
