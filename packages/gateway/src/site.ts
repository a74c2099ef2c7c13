import type { Verifier } from "@countersign/ticket";
import { identityHeaderNames } from "./identity/identity.ts";
import type { IdentityNames } from "./identity/identity-names.ts";
import { nested, type PlaceOptions, readPlace } from "./policy/nesting.ts";
import { createPlaces, type Places } from "./policy/places.ts";
import { createPolicy, type Policy, type PolicyOptions } from "./policy/policy.ts";
import { PolicyError } from "./policy/policy-error.ts";
import { type WantedArguments, wantedArguments } from "./policy/query-readings.ts";
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
  /** Whether the place of a visit may depend on its method. */
  readonly asksForMethods: boolean;
  /** The arguments of the query that places depend on. */
  readonly wantedArguments: WantedArguments;
  /** In lower case: the headers by which applications know their visitors. */
  readonly identityHeaders: ReadonlySet<string>;
}

/** @throws {PolicyError} for a site that cannot be meant. */
export function createSite(options: SiteOptions): Site {
  const { origin: text, identityNames, strictPaths, loopBreaker, places = [], ...rest } = options;
  const origin = readSiteOrigin(text);
  const site = { origin: origin.text, identityNames, verifier: options.verifier };
  const read = places.map(readPlace);
  const hasRoot = read.some((one) => one.kind === "path" && one.text === "/" && !one.condition);
  const all = hasRoot ? read : [readPlace({ path: "/" }), ...read];
  // What a place says must be possible wherever it lies: that is found out now, and not by a visit.
  const policies = all.map((place) => createPolicy(site, nested(rest, [place])));
  const assertionHeaders = policies.flatMap(({ assertion }) => assertion?.header ?? []);
  return {
    origin,
    places: createPlaces(all, (chain) => createPolicy(site, nested(rest, chain))),
    hasStrictPaths: strictPaths ?? false,
    breaksLoops: loopBreaker ?? true,
    asksForMethods: places.some(({ methods }) => methods !== undefined),
    wantedArguments: wantedArguments(places),
    identityHeaders: identityHeaderNames([
      ...Object.values(identityNames ?? {}),
      ...assertionHeaders,
    ]),
  };
}

function readSiteOrigin(text: string): Origin {
  const [, scheme = "", host = ""] = /^(https?):\/\/(.*)$/.exec(text) ?? [];
  const isKnown = scheme === "http" || scheme === "https";
  const origin = isKnown ? readOrigin(scheme, inAscii(host)) : undefined;
  if (origin === undefined) throw new PolicyError("bad-origin");
  return origin;
}

/** Browsers send a name that is not ASCII in its ASCII form (IDNA). */
function inAscii(host: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII.
  return /^[\u0000-\u007f]*$/.test(host) ? host : (URL.parse(`http://${host}`)?.host ?? "");
}
