import { inOneCase } from "../visit/one-case.ts";
import { isPlain, type PathReading, pathReadings } from "../visit/path-readings.ts";
import { createPathPattern } from "./path-pattern.ts";
import type { Condition, Conditioned } from "./place-conditions.ts";
import { PolicyError } from "./policy-error.ts";

/** Which paths belong to a place: it and all below it, it alone, or those that a glob matches. */
export type PlaceKind = "path" | "exactPath" | "pattern";

/** Where a place is. */
export interface PlaceAddress {
  readonly kind: PlaceKind;
  /** `/`, or a path that starts with `/` and ends without, or a pattern. */
  readonly text: string;
}

/** A part of a site, with what holds there. */
export interface Place<Rules> extends PlaceAddress {
  readonly condition: Condition;
  readonly rules: Rules;
}

/** Finds the place of a visit. */
export interface Places<Rules> {
  /**
   * Exact paths come first, then patterns in their order, then the longest path that holds `path`,
   * segment by segment; a place whose condition does not hold is passed over. `"ambiguous"`:
   * servers disagree, be it because some take capital and small letters for the same, or a path
   * with a slash at its end for the one without.
   */
  find(path: string, conditioned: Conditioned): Place<Rules> | "ambiguous";
}

/**
 * The places of one site. They must include the path `/` without a condition; those without
 * conditions differ in more than capitals.
 *
 * @throws {PolicyError} `bad-path`, `bad-pattern` or `repeated-path`.
 */
export function createPlaces<Rules>(places: readonly Place<Rules>[]): Places<Rules> {
  const root = places.find(
    ({ kind, text, condition }) => kind === "path" && text === "/" && condition === undefined,
  );
  if (root === undefined) throw new PolicyError("bad-path", "/");
  requireDistinct(places);
  const entries = places
    .filter((place) => place !== root)
    .map((place) => ({ place, ...matchersOf(place) }))
    .sort(byPrecedence);
  const hasPathsOnly = entries.every(({ place }) => place.kind === "path");
  const deepest = hasPathsOnly ? (entries[0]?.depth ?? 0) : undefined;

  const holding = (reading: PathReading, conditioned: Conditioned): Place<Rules> | "ambiguous" => {
    const inCase = reading.slice(0, deepest);
    const folded = inCase.map(inOneCase);
    for (const { place, matches, matchesFolded } of entries) {
      if (!matchesFolded(folded)) continue;
      if (place.condition !== undefined && !place.condition(conditioned)) continue;
      return matches(inCase) ? place : "ambiguous";
    }
    return root;
  };

  /** The same for a path that all servers read alike, and without cutting it into segments. */
  const holdingPlain = (path: string, conditioned: Conditioned): Place<Rules> | "ambiguous" => {
    const folded = inOneCase(path);
    for (const { place, folded: beginning } of entries) {
      if (!isWithin(folded, beginning)) continue;
      if (place.condition !== undefined && !place.condition(conditioned)) continue;
      return isWithin(path, place.text) ? place : "ambiguous";
    }
    return root;
  };

  return {
    find(path, conditioned) {
      if (entries.length === 0) return root;
      if (hasPathsOnly && isPlain(path)) return holdingPlain(path, conditioned);
      const readings = pathReadings(path) ?? [];
      const [first, ...others] = hasPathsOnly ? readings : readings.flatMap(withAndWithoutSlash);
      if (first === undefined) return "ambiguous";
      const place = holding(first, conditioned);
      const agree = others.every((reading) => holding(reading, conditioned) === place);
      return agree ? place : "ambiguous";
    },
  };
}

interface Entry {
  readonly place: PlaceAddress & { readonly condition: Condition };
  /** How many segments a path has; 0 for the others, whose order is their own. */
  readonly depth: number;
}

const ranks: Readonly<Record<PlaceKind, number>> = { exactPath: 0, pattern: 1, path: 2 };

function byPrecedence({ place: a, depth: aDepth }: Entry, { place: b, depth: bDepth }: Entry) {
  const byKind = ranks[a.kind] - ranks[b.kind] || bDepth - aDepth;
  if (byKind !== 0 || a.kind === "pattern") return byKind;
  return Number(a.condition === undefined) - Number(b.condition === undefined);
}

interface Matchers {
  readonly depth: number;
  /** The text where capital and small letters are one. */
  readonly folded: string;
  matches(reading: PathReading): boolean;
  /** The same where capital and small letters are one. */
  matchesFolded(reading: PathReading): boolean;
}

function matchersOf({ kind, text }: PlaceAddress): Matchers {
  if (kind === "pattern") {
    const { matches } = createPathPattern(text);
    const folded = inOneCase(text);
    return { depth: 0, folded, matches, matchesFolded: createPathPattern(folded).matches };
  }
  const segments = segmentsOf(text);
  const folded = inOneCase(text);
  const foldedSegments = segments.map(inOneCase);
  if (kind === "path") {
    return {
      depth: segments.length,
      folded,
      matches: (reading) => startsWith(reading, segments),
      matchesFolded: (reading) => startsWith(reading, foldedSegments),
    };
  }
  const isWhole = (reading: PathReading, wanted: readonly string[]) =>
    reading.length === Math.max(wanted.length, 1) && startsWith(reading, wanted);
  return {
    depth: 0,
    folded,
    matches: (reading) => isWhole(reading, segments),
    matchesFolded: (reading) => isWhole(reading, foldedSegments),
  };
}

/** Whether `path` is `place` or below it. */
function isWithin(path: string, place: string): boolean {
  if (place === "/" || path === place) return true;
  return path.charCodeAt(place.length) === slash && path.startsWith(place);
}

const slash = 0x2f;

function startsWith(reading: PathReading, beginning: PathReading): boolean {
  return beginning.every((segment, index) => segment === reading[index]);
}

/** Some servers answer `/page/` as `/page`. */
function withAndWithoutSlash(reading: PathReading): readonly PathReading[] {
  const isBare = reading.at(-1) !== "" || reading.length < 2;
  return isBare ? [reading] : [reading, reading.slice(0, -1)];
}

function requireDistinct(places: readonly (PlaceAddress & { readonly condition: Condition })[]) {
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

/** Whether `path` can be that of a place: `/`, or decoded segments that every server reads alike. */
export function isPlacePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path that we let through has them.
  return path === "/" || (/^(?:\/[^/?#\u0000-\u001f\u007f]+)+$/.test(path) && isPlain(path));
}

/**
 * The segments of a path: none for `/`.
 *
 * @throws {PolicyError} `bad-path`.
 */
export function segmentsOf(path: string): readonly string[] {
  if (!isPlacePath(path)) throw new PolicyError("bad-path", path);
  return path === "/" ? [] : path.slice(1).split("/");
}
