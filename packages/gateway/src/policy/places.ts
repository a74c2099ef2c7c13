import { inOneCase } from "../visit/one-case.ts";
import { isPlain, type PathReading, pathReadings } from "../visit/path-readings.ts";
import type { Policy } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";

/** A part of a site, by the beginning of its paths, with its policy. */
export interface Place {
  /** `/`, or one that starts with `/` and ends without. */
  readonly path: string;
  readonly policy: Policy;
}

/** Finds the place of a path. */
export interface Places {
  /**
   * The longest path that holds `path`, segment by segment; `"ambiguous"`: servers disagree, be it
   * because some take capital and small letters for the same.
   */
  find(path: string): Place | "ambiguous";
}

/**
 * The places of one site. They must include `/`, and differ in more than capitals.
 *
 * @throws {PolicyError} `bad-path` or `repeated-path`.
 */
export function createPlaces(places: readonly Place[]): Places {
  const root = places.find(({ path }) => path === "/");
  if (root === undefined) throw new PolicyError("bad-path", "/");
  if (new Set(places.map(({ path }) => inOneCase(path))).size !== places.length) {
    throw new PolicyError("repeated-path");
  }
  const known = places
    .filter((place) => place !== root)
    .map((place) => ({ place, segments: segmentsOf(place.path) }))
    .map((entry) => ({ ...entry, inOneCase: entry.segments.map(inOneCase) }))
    .sort((a, b) => b.segments.length - a.segments.length);
  const deepest = known[0]?.segments.length ?? 0;

  const holding = (reading: PathReading): Place | "ambiguous" => {
    const beginning = reading.slice(0, deepest).map(inOneCase);
    const match = known.find((entry) => startsWith(beginning, entry.inOneCase));
    if (match === undefined) return root;
    return startsWith(reading, match.segments) ? match.place : "ambiguous";
  };

  return {
    find(path) {
      if (known.length === 0) return root;
      const [first, ...others] = pathReadings(path) ?? [];
      if (first === undefined) return "ambiguous";
      const place = holding(first);
      return others.every((reading) => holding(reading) === place) ? place : "ambiguous";
    },
  };
}

function startsWith(reading: PathReading, beginning: PathReading): boolean {
  return beginning.every((segment, index) => segment === reading[index]);
}

/** Whether `path` can be that of a place: `/`, or decoded segments that every server reads alike. */
export function isPlacePath(path: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path that we let through has them.
  return path === "/" || (/^(?:\/[^/?#\u0000-\u001f\u007f]+)+$/.test(path) && isPlain(path));
}

function segmentsOf(path: string): readonly string[] {
  if (!isPlacePath(path)) throw new PolicyError("bad-path", path);
  return path.slice(1).split("/");
}
