import { PolicyError } from "./policy-error.ts";

/** A glob: `*` is one or more characters of a segment, or any number beside others; `**` is any segments. */
export interface PathPattern {
  /** The segments before the first that holds a `*`. */
  readonly literalStart: readonly string[];
  matches(path: readonly string[]): boolean;
}

const anySegments = "**";

/**
 * Reads a pattern such as `/users/*` or `/docs/**`; the stars may stand anywhere.
 *
 * @throws {PolicyError} `bad-pattern`.
 */
export function createPathPattern(pattern: string): PathPattern {
  if (!isPathPattern(pattern)) throw new PolicyError("bad-pattern", pattern);
  const segments = pattern.slice(1).split("/");
  const firstOpen = segments.findIndex((segment) => segment.includes("*"));
  return {
    literalStart: firstOpen === -1 ? segments : segments.slice(0, firstOpen),
    matches: (path) => matchesWildly(path, segments, anySegments, matchesSegment),
  };
}

/** Whether `text` is a pattern: segments that every server reads alike, with stars. */
export function isPathPattern(text: string): boolean {
  const segments = text.split("/").slice(1);
  const isWhole = segments.every((one) => one === anySegments || !one.includes(anySegments));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path that we let through has them.
  return isWhole && /^(?:\/(?!\.\.?(?:\/|$))[^/?#%;\\\u0000-\u001f\u007f]+)+$/.test(text);
}

function matchesSegment(text: string, pattern: string): boolean {
  // A segment that is nothing but a star is not there in `/files/`.
  if (pattern === "*") return text !== "";
  return matchesWildly([...text], [...pattern], "*", (one, other) => one === other);
}

/**
 * Whether `pattern`, in which `wild` stands for any number of items, matches all of `items`. Goes
 * back to the last wild one only, so that the time is bounded by the product of the lengths.
 */
function matchesWildly(
  items: readonly string[],
  pattern: readonly string[],
  wild: string,
  matches: (item: string, of: string) => boolean,
): boolean {
  let at = 0;
  let next = 0;
  let resume: { next: number; at: number } | undefined;
  while (at < items.length) {
    const wanted = pattern[next];
    if (wanted === wild) {
      resume = { next: next + 1, at };
      next += 1;
    } else if (wanted !== undefined && matches(items[at] ?? "", wanted)) {
      at += 1;
      next += 1;
    } else if (resume !== undefined) {
      resume.at += 1;
      at = resume.at;
      next = resume.next;
    } else return false;
  }
  return pattern.slice(next).every((rest) => rest === wild);
}
