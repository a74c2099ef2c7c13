import { isDeepStrictEqual } from "node:util";
import type { GatewayOptions, OptionContext } from "./gateway-options.ts";
import type { Conditions } from "./if-expressions.ts";
import { covers, isBelow, literalStart, overlaps, pathInfo } from "./path-globs.ts";
import { type Candidate, candidatesOf } from "./place-candidates.ts";
import type { Region } from "./regions.ts";
import type { Position } from "./remark.ts";

/** A place of a site in gateway.yaml. */
export interface SitePlace {
  readonly address: { readonly kind: "path" | "exactPath" | "pattern"; readonly text: string };
  readonly conditions: Conditions;
  readonly options: GatewayOptions;
}

/** The settings of a site, and its places. */
export interface SitePlaces {
  readonly options: GatewayOptions;
  readonly places: readonly SitePlace[];
  /** Whether tickets are asked for anywhere. */
  readonly isProtected: boolean;
}

/**
 * The places that say in gateway.yaml what the regions need: as few as will do, each with what
 * differs from the one around it. Where tickets are not asked for, gatewayd is not either.
 */
export function sitePlaces(
  regions: readonly Region[],
  fallback: Position,
  context: OptionContext,
): SitePlaces {
  const candidates = regions.flatMap((region) => candidatesOf(region, fallback, context));
  const [root, ...paths] = candidates
    .filter(isPlainPath)
    .sort((a, b) => a.glob.length - b.glob.length);
  const kept: Candidate[] = root === undefined ? [] : [root];
  for (const one of paths) {
    if (one.isProtected && !isDeepStrictEqual(around(one, kept)?.options, one.options))
      kept.push(one);
  }
  const others = candidates.filter((one) => one.isProtected && !isPlainPath(one));
  const needed = others.filter((one) => differs(one, kept, candidates));
  const hidden = paths.filter((one) => one.isProtected && isHidden(one, others));
  const patterns = inPrecedence([...needed, ...hidden]).map((one) => asPattern(one, others));
  const all = [...kept.filter((one) => one !== root), ...patterns];
  return {
    options: root?.options ?? {},
    places: distinct(all.map((one) => placeOf(one, around(one, kept), context))),
    isProtected: candidates.some(({ isProtected }) => isProtected),
  };
}

/** Whether it is a path and all below it, for every visit. */
function isPlainPath({ glob, conditions }: Candidate): boolean {
  return isBelow(glob) && isEmpty(conditions);
}

/** Whether a pattern that holds all of a path says something else; patterns come before paths. */
function isHidden(path: Candidate, others: readonly Candidate[]): boolean {
  return others.some(
    (other) =>
      !isBelow(other.glob) &&
      covers(other.glob, path.glob) &&
      !isDeepStrictEqual(other.options, path.options),
  );
}

/** A path that patterns hold, as a pattern, so that it may come before them. */
function asPattern(one: Candidate, others: readonly Candidate[]): Candidate {
  const isHeld = others.some((other) => !isBelow(other.glob) && covers(other.glob, one.glob));
  return isBelow(one.glob) && isHeld ? { ...one, isPattern: true } : one;
}

/** Patterns that are told before what they are a part of. */
function inPrecedence(candidates: readonly Candidate[]): readonly Candidate[] {
  const ordered = new Set<Candidate>();
  const add = (one: Candidate) => {
    if (ordered.has(one)) return;
    for (const other of candidates) {
      const isPart = covers(one.glob, other.glob) && !covers(other.glob, one.glob);
      if (isPart) add(other);
    }
    ordered.add(one);
  };
  for (const one of candidates) add(one);
  return [...ordered];
}

/** Whether a place is needed: the one around it says something else, or a pattern would. */
function differs(
  one: Candidate,
  kept: readonly Candidate[],
  candidates: readonly Candidate[],
): boolean {
  if (!isEmpty(one.conditions)) return true;
  if (!isDeepStrictEqual(around(one, kept)?.options, one.options)) return true;
  return candidates.some(
    (other) =>
      other !== one &&
      !isBelow(other.glob) &&
      overlaps(other.glob, one.glob) &&
      !isDeepStrictEqual(other.options, one.options),
  );
}

/** Once each: a file, and a folder by its name, may be the same pattern. */
function distinct(places: readonly SitePlace[]): readonly SitePlace[] {
  const byName = new Map<string, SitePlace>();
  for (const place of places) {
    const name = JSON.stringify([place.address, place.conditions]);
    if (!byName.has(name)) byName.set(name, place);
  }
  return [...byName.values()];
}

/** The place from which gatewayd lets another inherit. */
function around(one: Candidate, kept: readonly Candidate[]): Candidate | undefined {
  const start = literalStart(one.glob);
  return kept.findLast(
    (outer) =>
      outer !== one && literalStart(outer.glob).every((segment, index) => segment === start[index]),
  );
}

function placeOf(
  one: Candidate,
  outer: Candidate | undefined,
  { report }: OptionContext,
): SitePlace {
  const inherited = outer?.options ?? {};
  const own = Object.entries(one.options).filter(
    ([name, value]) => !isDeepStrictEqual(inherited[name], value),
  );
  const defaults = Object.keys(inherited)
    .filter((name) => !(name in one.options))
    // A key does nothing where no password is passed on.
    .filter((name) => name !== "basicAuthKey" || /^ticket/.test(String(one.options.basicAuth)))
    .flatMap((name) => {
      if (name in unsaid) return [[name, unsaid[name]] as const];
      const text = `${name} is set in the place around this one, and gateway.yaml cannot unset it`;
      report("error", one.at, text);
      return [];
    });
  const options = Object.fromEntries([...own, ...defaults]);
  return { address: addressOf(one), conditions: one.conditions, options };
}

/** What gatewayd takes where nothing is said. */
const unsaid: GatewayOptions = {
  cookieName: "auth_pubtkt",
  ticketHeaders: ["Cookie"],
  backArgument: "back",
  requireTls: false,
  requireMultifactor: false,
  anyOfTokens: [],
  basicAuth: "none",
  debug: 0,
};

function addressOf({ glob, isPattern = false }: Candidate): SitePlace["address"] {
  const isPath = isBelow(glob) && !isPattern;
  const segments = isPath ? glob.slice(0, -1) : glob;
  const text = `/${segments.map((one) => (one === pathInfo ? "**" : one)).join("/")}`;
  if (isPath) return { kind: "path", text };
  return { kind: literalStart(glob).length === glob.length ? "exactPath" : "pattern", text };
}

function isEmpty(conditions: Conditions): boolean {
  return Object.keys(conditions).length === 0;
}
