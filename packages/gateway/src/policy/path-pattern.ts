import { PolicyError } from "./policy-error.ts";

/** A glob: `*` is one or more characters of a segment, or any number beside others; `**` is any segments. */
export interface PathPattern {
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
  const matchers = segments.map((text) => (text === anySegments ? anySegments : matcherOf(text)));
  return { matches: (path) => matchesAll(path, matchers) };
}

/** Whether `text` is a pattern: segments that every server reads alike, with stars. */
export function isPathPattern(text: string): boolean {
  const segments = text.split("/").slice(1);
  const isWhole = segments.every((one) => one === anySegments || !one.includes(anySegments));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path that we let through has them.
  return isWhole && /^(?:\/(?!\.\.?(?:\/|$))[^/?#%;\\\u0000-\u001f\u007f]+)+$/.test(text);
}

type SegmentMatcher = (segment: string) => boolean;

/** Takes a time that grows with the segment alone: each piece is looked for once. */
function matcherOf(pattern: string): SegmentMatcher {
  const [first = "", ...others] = pattern.split("*");
  const last = others.pop();
  if (last === undefined) return (segment) => segment === pattern;
  // A segment that is nothing but a star is not there in `/files/`.
  if (pattern === "*") return (segment) => segment !== "";
  return (segment) => {
    const end = segment.length - last.length;
    if (end < first.length || !segment.startsWith(first) || !segment.endsWith(last)) return false;
    let from = first.length;
    for (const piece of others) {
      const at = segment.indexOf(piece, from);
      if (at === -1 || at + piece.length > end) return false;
      from = at + piece.length;
    }
    return true;
  };
}

/**
 * Whether the pattern matches all of `path`. Goes back to the last `**` only, so that the time is
 * bounded by the product of the lengths.
 */
function matchesAll(
  path: readonly string[],
  pattern: readonly (SegmentMatcher | typeof anySegments)[],
): boolean {
  let at = 0;
  let next = 0;
  let resume: { next: number; at: number } | undefined;
  while (at < path.length) {
    const wanted = pattern[next];
    if (wanted === anySegments) {
      resume = { next: next + 1, at };
      next += 1;
    } else if (wanted?.(path[at] ?? "") === true) {
      at += 1;
      next += 1;
    } else if (resume !== undefined) {
      resume.at += 1;
      at = resume.at;
      next = resume.next;
    } else return false;
  }
  return pattern.slice(next).every((rest) => rest === anySegments);
}
