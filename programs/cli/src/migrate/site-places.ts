import { isDeepStrictEqual } from "node:util";
import { type GatewayOptions, gatewayOptions, type OptionContext } from "./gateway-options.ts";
import type { Conditions } from "./if-expressions.ts";
import type { Layer } from "./layers.ts";
import { covers, type Glob, isBelow, literalStart, overlaps, pathInfo } from "./path-globs.ts";
import { merged, type Region } from "./regions.ts";
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

interface Candidate {
  readonly glob: Glob;
  readonly conditions: Conditions;
  readonly isProtected: boolean;
  readonly options: GatewayOptions;
  readonly at: Position;
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
  const isRoot = ({ glob, conditions }: Candidate) => glob.length === 1 && isEmpty(conditions);
  const root = candidates.find((one) => isRoot(one) && isBelow(one.glob));
  const paths = candidates
    .filter((one) => isBelow(one.glob) && isEmpty(one.conditions) && one !== root)
    .sort((a, b) => a.glob.length - b.glob.length);
  const kept: Candidate[] = root === undefined ? [] : [root];
  for (const one of paths) {
    if (one.isProtected && !isDeepStrictEqual(around(one, kept)?.options, one.options))
      kept.push(one);
  }
  const others = candidates.filter(
    (one) =>
      one !== root && !paths.includes(one) && one.isProtected && differs(one, kept, candidates),
  );
  const all = [...kept.filter((one) => one !== root), ...inPrecedence(others)];
  return {
    options: root?.options ?? {},
    places: distinct(all.map((one) => placeOf(one, around(one, kept), context))),
    isProtected: candidates.some(({ isProtected }) => isProtected),
  };
}

function candidatesOf(
  region: Region,
  fallback: Position,
  context: OptionContext,
): readonly Candidate[] {
  const always = candidateOf(region, {}, fallback, context);
  if (region.conditional.length === 0) return [always];
  const [first, second] = region.conditional.filter(({ settings, authType }) => {
    const changed = merged([region, { settings, authType }], () => {});
    return !isDeepStrictEqual(valuesOf(changed), valuesOf(region));
  });
  if (first === undefined) return [always];
  if (second !== undefined) {
    const text =
      "several If sections count for the same pages: gateway.yaml cannot say what holds where two are true";
    context.report("error", second.at, text);
  }
  return [conditionalCandidate(region, first, fallback, context), always];
}

function conditionalCandidate(
  region: Region,
  { settings, authType, conditions = {} }: Layer,
  fallback: Position,
  context: OptionContext,
): Candidate {
  const both = { ...region, ...merged([region, { settings, authType }], context.report) };
  return candidateOf(both, conditions, fallback, context);
}

function valuesOf({ settings, authType }: Pick<Region, "settings" | "authType">) {
  return [...Object.entries(settings), ["authType", authType] as const]
    .map(([name, said]) => [name, JSON.stringify(said?.value)] as const)
    .sort();
}

function candidateOf(
  { glob, settings, authType }: Region,
  conditions: Conditions,
  fallback: Position,
  context: OptionContext,
): Candidate {
  const isProtected = authType?.value === "mod_auth_pubtkt";
  const at = authType?.at ?? fallback;
  // Of a place that nobody asks about, nothing needs to be told.
  const report = isProtected ? context.report : () => {};
  const options = gatewayOptions(settings, { ...context, report });
  if (isProtected && options.keys === undefined) {
    report(
      "error",
      at,
      "no TKTAuthPublicKey counts here: Apache answered 500, and so does gatewayd's lack of a key",
    );
  }
  return { glob, conditions, isProtected, options, at };
}

/** Patterns that are told before what they are a part of. */
function inPrecedence(candidates: readonly Candidate[]): readonly Candidate[] {
  const rest = [...candidates];
  const ordered: Candidate[] = [];
  while (rest.length > 0) {
    const next = rest.findIndex((one) =>
      rest.every(
        (other) => other === one || !covers(one.glob, other.glob) || covers(other.glob, one.glob),
      ),
    );
    ordered.push(...rest.splice(Math.max(next, 0), 1));
  }
  return ordered;
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
    .filter((name) => name !== "basicAuthKey" || one.options.basicAuth === "ticket")
    .flatMap((name) => {
      if (name in unsaid) return [[name, unsaid[name]] as const];
      const text = `${name} is set in the place around this one, and gateway.yaml cannot unset it`;
      report("error", one.at, text);
      return [];
    });
  const options = Object.fromEntries([...own, ...defaults]);
  return { address: addressOf(one.glob), conditions: one.conditions, options };
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

function addressOf(glob: Glob): SitePlace["address"] {
  const segments = isBelow(glob) ? glob.slice(0, -1) : glob;
  const text = `/${segments.map((one) => (one === pathInfo ? "**" : one)).join("/")}`;
  if (isBelow(glob)) return { kind: "path", text };
  return { kind: literalStart(glob).length === glob.length ? "exactPath" : "pattern", text };
}

function isEmpty(conditions: Conditions): boolean {
  return Object.keys(conditions).length === 0;
}
