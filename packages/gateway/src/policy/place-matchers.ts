import { inOneCase } from "../visit/one-case.ts";
import { isPlain, type PathReading } from "../visit/path-readings.ts";
import { createPathPattern } from "./path-pattern.ts";
import type { PlaceAddress } from "./place.ts";
import { PolicyError } from "./policy-error.ts";

/** Tells whether readings of a path lead to a place. */
export interface Matchers {
  /** How many segments a path has; 0 for the other kinds. */
  readonly depth: number;
  /** The text of the place where capital and small letters are one. */
  readonly folded: string;
  matches(reading: PathReading): boolean;
  /** The same for a reading in one case. */
  matchesFolded(reading: PathReading): boolean;
}

/** @throws {PolicyError} `bad-path` or `bad-pattern`. */
export function matchersOf({ kind, text }: PlaceAddress): Matchers {
  const folded = inOneCase(text);
  if (kind === "pattern") {
    const { matches } = createPathPattern(text);
    return { depth: 0, folded, matches, matchesFolded: createPathPattern(folded).matches };
  }
  const segments = segmentsOf(text);
  const inOne = segments.map(inOneCase);
  const isHeld = kind === "path" ? startsWith : isSame;
  return {
    depth: kind === "path" ? segments.length : 0,
    folded,
    matches: (reading) => isHeld(reading, segments),
    matchesFolded: (reading) => isHeld(reading, inOne),
  };
}

/** Whether a plain path is `place` or below it. */
export function isWithin(path: string, place: string): boolean {
  if (place === "/" || path === place) return true;
  return path.charCodeAt(place.length) === slash && path.startsWith(place);
}

/** Whether `path` can be that of a place: `/`, or decoded segments that every server reads alike. */
export function isPlacePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path that we let through has them.
  return path === "/" || (/^(?:\/[^/?#\u0000-\u001f\u007f]+)+$/.test(path) && isPlain(path));
}

const slash = 0x2f;

/** None for `/`. */
function segmentsOf(path: string): readonly string[] {
  if (!isPlacePath(path)) throw new PolicyError("bad-path", path);
  return path === "/" ? [] : path.slice(1).split("/");
}

function startsWith(reading: PathReading, beginning: PathReading): boolean {
  return beginning.every((segment, index) => segment === reading[index]);
}

/** The reading of `/` has one segment, which is empty, or none once it is resolved. */
function isSame(reading: PathReading, wanted: PathReading): boolean {
  if (wanted.length === 0) return reading.length < 2 && reading.every((segment) => segment === "");
  return reading.length === wanted.length && startsWith(reading, wanted);
}
