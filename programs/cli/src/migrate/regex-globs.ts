import { anySegments, type Glob } from "./path-globs.ts";
import { type Alternative, any, type Piece, readRegex, segment, some } from "./regex-parts.ts";

/**
 * The paths that a regular expression finds, as globs; `undefined`: they cannot be said so. What
 * ends in a slash also holds the path without it, as gatewayd takes both for the same.
 */
export function pathRegexGlobs(source: string): readonly Glob[] | undefined {
  const alternatives = readRegex(source);
  const globs = alternatives?.flatMap((alternative) => variants(unanchored(alternative), 0));
  return allDefined(globs?.map(globOf));
}

/** The names of files that a regular expression finds, as segments of a glob. */
export function nameRegexGlobs(source: string): readonly string[] | undefined {
  const names = readRegex(source)?.map((alternative) => {
    const pieces = unanchored(alternative).map((piece) => (piece === any ? segment : piece));
    return segmentOf(pieces);
  });
  return allDefined(names);
}

/** Also any number of folders, between two slashes. */
type Part = Piece | typeof folders;
const folders = { stands: "folders" } as const;

function unanchored({ pieces, isAtStart, isAtEnd }: Alternative): readonly Piece[] {
  const all = [...(isAtStart ? [] : [any]), ...pieces, ...(isAtEnd ? [] : [any])];
  // Anything, and then anything or nothing, is anything.
  return all.filter(
    (piece, index) =>
      !(piece === any && all[index - 1] === any) &&
      !(piece === segment && (all[index - 1] === any || all[index + 1] === any)),
  );
}

/** Says `any` as folders and stars; between two halves of words it is one or the other. */
function variants(pieces: readonly Part[], from: number): readonly (readonly Part[])[] {
  const at = pieces.indexOf(any, from);
  if (at === -1) return [pieces];
  const before = pieces.slice(0, at);
  const after = pieces.slice(at + 1);
  // A path starts with a slash, whatever the expression finds in it.
  const head: readonly Part[] = before.length === 0 ? ["/"] : before;
  const isOpen = head.at(-1) === folders;
  const hasHead = head.at(-1) !== "/" && !isOpen;
  const hasTail = after.length > 0 && after[0] !== "/";
  // No two slashes follow each other: something stands between those that were written.
  const isBetween = before.at(-1) === "/" && after[0] === "/";
  const step = hasHead || isBetween ? ([segment, "/"] as const) : [];
  const open = [...head, ...step, ...(isOpen ? [] : [folders])];
  const spread = [...open, ...(hasTail ? ["/", segment] : []), ...after];
  const within = hasHead && hasTail ? [[...head, segment, ...after]] : [];
  return [spread, ...within].flatMap((one) => variants(one, at));
}

function globOf(parts: readonly Part[]): Glob | undefined {
  const [first, ...segments] = splitAtSlashes(parts);
  if (first === undefined || first.length > 0) return undefined;
  if (segments.at(-1)?.length === 0) segments.pop();
  const glob = segments.map((one) =>
    one.length === 1 && one[0] === folders ? anySegments : segmentOf(one),
  );
  return allDefined(glob);
}

function splitAtSlashes(parts: readonly Part[]): (readonly Part[])[] {
  const segments: Part[][] = [[]];
  for (const part of parts) {
    if (part === "/") segments.push([]);
    else segments.at(-1)?.push(part);
  }
  return segments;
}

/** `undefined`: empty, or with something that no glob can say. */
function segmentOf(parts: readonly Part[]): string | undefined {
  if (parts.length === 1 && (parts[0] === some || parts[0] === segment)) return "*";
  const texts = parts.map((part) => {
    if (part === segment) return "*";
    return typeof part === "string" && isPlainCharacter(part) ? part : undefined;
  });
  const text = allDefined(texts)?.join("").replaceAll(/\*+/g, "*");
  return text === undefined || text === "" || /^\.\.?$/.test(text) ? undefined : text;
}

/** Whether it stands for itself in a glob and is no part of a path that servers disagree about. */
export function isPlainCharacter(character: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no path that is let through has them.
  return !/[*?#%;\\/\u0000-\u001f\u007f]/.test(character);
}

function allDefined<T>(items: readonly (T | undefined)[] | undefined): readonly T[] | undefined {
  if (items === undefined || items.includes(undefined)) return undefined;
  return items as readonly T[];
}
