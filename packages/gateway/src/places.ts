import { isPlain, pathReadings } from "./path-readings.ts";
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
  /** The longest path that holds `path`, segment by segment; `"ambiguous"`: servers disagree. */
  find(path: string): Place | "ambiguous";
}

/**
 * The places of one site. They must include `/`.
 *
 * @throws {PolicyError} `bad-path` or `repeated-path`.
 */
export function createPlaces(places: readonly Place[]): Places {
  const [root, ...others] = [...places].sort((a, b) => a.path.length - b.path.length);
  if (root?.path !== "/") throw new PolicyError("bad-path", "/");
  if (new Set(places.map(({ path }) => path)).size !== places.length) {
    throw new PolicyError("repeated-path");
  }
  const known = others.reverse().map((place) => ({ place, segments: segmentsOf(place.path) }));

  function holding(reading: readonly string[]): Place {
    const match = known.find(({ segments }) =>
      segments.every((segment, index) => segment === reading[index]),
    );
    return match?.place ?? (root as Place);
  }

  return {
    find(path) {
      if (known.length === 0) return root;
      const [first = [], ...others] = pathReadings(path);
      const place = holding(first);
      return others.every((reading) => holding(reading) === place) ? place : "ambiguous";
    },
  };
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
