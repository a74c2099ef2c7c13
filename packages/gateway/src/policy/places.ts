import { inOneCase } from "../visit/one-case.ts";
import { isPlain, type PathReading, pathReadings } from "../visit/path-readings.ts";
import { createChains } from "./chains.ts";
import type { Condition, Conditioned } from "./place-conditions.ts";
import { isWithin, type Matchers, matchersOf } from "./place-matchers.ts";
import { PolicyError } from "./policy-error.ts";

/** Which paths belong to a place: it and all below it, it alone, or those that a glob matches. */
export type PlaceKind = "path" | "exactPath" | "pattern";

/** Where a place is. */
export interface PlaceAddress {
  readonly kind: PlaceKind;
  /** `/`, or a path that starts with `/` and ends without, or a pattern. */
  readonly text: string;
}

/** A part of a site, and for which visits it is one. */
export interface Place extends PlaceAddress {
  readonly condition: Condition;
}

/** What was found for a visit. */
export interface FoundPlace<Policy> {
  /** The innermost place that holds the path. */
  readonly place: Place;
  /** What it says, and what it does not say itself from those around it. */
  readonly policy: Policy;
}

/** Finds the places of a visit. */
export interface Places<Policy> {
  /**
   * Of all that hold the path and whose conditions hold, from the outside in: paths by their length,
   * then the exact path, or else the first pattern. `"ambiguous"`: servers disagree, be it because
   * some take capital and small letters for the same, or a path with a slash at its end for the one
   * without; or the path is longer than anybody needs. The same places give the same object.
   */
  find(path: string, conditioned: Conditioned): FoundPlace<Policy> | "ambiguous";
}

/**
 * The places of one site. They must include the path `/` without a condition; those without
 * conditions differ in more than capitals.
 *
 * @param combine Makes one policy of places that lie in one another, the outermost first.
 * @throws {PolicyError} `bad-path`, `bad-pattern` or `repeated-path`.
 */
export function createPlaces<P extends Place, Policy>(
  places: readonly P[],
  combine: (chain: readonly P[]) => Policy,
): Places<Policy> {
  const root = places.find(
    ({ kind, text, condition }) => kind === "path" && text === "/" && condition === undefined,
  );
  if (root === undefined) throw new PolicyError("bad-path", "/");
  requireDistinct(places);
  const entries = places
    .filter((place) => place !== root)
    .map((place) => ({ place, ...matchersOf(place) }));
  const outer = entries.filter(({ place }) => place.kind === "path").sort(fromTheOutsideIn);
  const inner = (["exactPath", "pattern"] as const).flatMap((kind) =>
    entries
      .filter(({ place }) => place.kind === kind)
      .sort(kind === "exactPath" ? conditionsFirst : asTheyAre),
  );
  const chains = createChains(root, combine);
  const deepest = inner.length > 0 ? undefined : (outer.at(-1)?.depth ?? 0);

  const holding = (reading: PathReading, conditioned: Conditioned) => {
    const inCase = reading.slice(0, deepest);
    const folded = inCase.map(inOneCase);
    return chainOf({
      isIn: ({ matches }) => matches(inCase),
      isInFolded: ({ matchesFolded }) => matchesFolded(folded),
      conditioned,
    });
  };

  /** The same for a path that all servers read alike, and without cutting it into segments. */
  const holdingPlain = (path: string, conditioned: Conditioned) => {
    const foldedPath = inOneCase(path);
    return chainOf({
      isIn: ({ place }) => isWithin(path, place.text),
      isInFolded: ({ folded }) => isWithin(foldedPath, folded),
      conditioned,
    });
  };

  function chainOf(asked: Asked<P>): FoundPlace<Policy> | "ambiguous" {
    let chain = chains.start;
    for (const entry of outer) {
      if (!belongs(entry, asked)) continue;
      if (!asked.isIn(entry)) return "ambiguous";
      chain = chain.with(entry.place);
    }
    const innermost = inner.find((entry) => belongs(entry, asked));
    if (innermost === undefined) return chain.found;
    return asked.isIn(innermost) ? chain.with(innermost.place).found : "ambiguous";
  }

  return {
    find(path, conditioned) {
      if (entries.length === 0) return chains.start.found;
      if (inner.length === 0 && isPlain(path)) return holdingPlain(path, conditioned);
      if (inner.length > 0 && isTooLong(path)) return "ambiguous";
      const readings = pathReadings(path) ?? [];
      const [first, ...others] =
        inner.length === 0 ? readings : readings.flatMap(withAndWithoutSlash);
      if (first === undefined) return "ambiguous";
      const found = holding(first, conditioned);
      const agree = others.every((reading) => holding(reading, conditioned) === found);
      return agree ? found : "ambiguous";
    },
  };
}

interface Entry<P extends Place> extends Matchers {
  readonly place: P;
}

/** A path in one of its readings, and the visit that asks for it. */
interface Asked<P extends Place> {
  isIn(entry: Entry<P>): boolean;
  isInFolded(entry: Entry<P>): boolean;
  readonly conditioned: Conditioned;
}

/** Whether a place holds a path, if capital and small letters are one, and its condition holds. */
function belongs<P extends Place>(entry: Entry<P>, asked: Asked<P>): boolean {
  if (!asked.isInFolded(entry)) return false;
  const { condition } = entry.place;
  return condition === undefined || condition(asked.conditioned);
}

function fromTheOutsideIn(a: Entry<Place>, b: Entry<Place>): number {
  return a.depth - b.depth || conditionsFirst(b, a);
}

function conditionsFirst({ place: a }: Entry<Place>, { place: b }: Entry<Place>): number {
  return Number(a.condition === undefined) - Number(b.condition === undefined);
}

function asTheyAre(): number {
  return 0;
}

/** Patterns take their time, which grows with the path. */
const maxLength = 4096;
const maxSegments = 128;

function isTooLong(path: string): boolean {
  return path.length > maxLength || path.split("/", maxSegments + 2).length > maxSegments + 1;
}

/** Some servers answer `/page/` as `/page`. */
function withAndWithoutSlash(reading: PathReading): readonly PathReading[] {
  const isBare = reading.at(-1) !== "" || reading.length < 2;
  return isBare ? [reading] : [reading, reading.slice(0, -1)];
}

function requireDistinct(places: readonly Place[]) {
  const spellings = new Map<string, string>();
  const unconditional = new Set<string>();
  for (const { kind, text, condition } of places) {
    const name = `${kind} ${inOneCase(text)}`;
    const isOtherSpelling = (spellings.get(name) ?? text) !== text;
    if (isOtherSpelling || (condition === undefined && unconditional.has(name))) {
      throw new PolicyError("repeated-path", text);
    }
    spellings.set(name, text);
    if (condition === undefined) unconditional.add(name);
  }
}
