import type { Section } from "./configuration-tree.ts";
import { absolute } from "./folder-mapping.ts";
import { below, type Glob, pathInfo, segmentsOf } from "./path-globs.ts";
import { isPlainCharacter, nameRegexGlobs, pathRegexGlobs } from "./regex-globs.ts";
import { splitWords } from "./words.ts";

/** Where a section counts. */
export interface Scope {
  /** Whether `globs` are paths of addresses, or of files on the disk. */
  readonly of: "addresses" | "files";
  readonly globs: readonly Glob[];
}

/** Everything. */
export const everywhere: Scope = { of: "addresses", globs: [["**"]] };

/** Where a Directory or a Location counts; `undefined`: no glob can say it. */
export function scopeOf(section: Section, serverRoot: string): Scope | undefined {
  const { isRegex, text } = patternOf(section);
  const isDirectory = section.name.startsWith("directory");
  const of = isDirectory ? "files" : "addresses";
  if (isRegex) return scoped(of, pathRegexGlobs(text));
  const path = isDirectory ? absolute(text, serverRoot) : text;
  if (!path.startsWith("/")) return undefined;
  const segments = segmentsOf(path).map(wildcardGlob);
  if (!segments.every((segment) => segment !== undefined)) return undefined;
  // A Location with wildcards counts for what fits it, not for what is below.
  const isWhole = !isDirectory && /[*?[]/.test(path);
  return { of, globs: [isWhole ? segments : below(segments)] };
}

/** Where a Files section counts that stands in a section with this scope. */
export function scopeOfFiles(section: Section, around: Scope): Scope | undefined {
  if (around.of === "addresses" && around !== everywhere) return undefined;
  const { isRegex, text } = patternOf(section);
  const name = isRegex ? undefined : wildcardGlob(text);
  const names = isRegex ? nameRegexGlobs(text) : name === undefined ? undefined : [name];
  const folders = around === everywhere ? [["**"]] : around.globs;
  if (names === undefined || folders.some((glob) => glob.at(-1) !== "**")) return undefined;
  // What comes after a script's name in the path is still the script.
  return scoped(
    "files",
    folders.flatMap((folder) => names.map((one) => [...folder, one, pathInfo])),
  );
}

/** Whether a section is one that {@link scopeOf} knows. */
export function isPlaceSection({ name }: Section): boolean {
  return /^(?:directory|location)(?:match)?$/.test(name);
}

/** Whether a section is one that {@link scopeOfFiles} knows. */
export function isFilesSection({ name }: Section): boolean {
  return /^files(?:match)?$/.test(name);
}

/** Whether a section is found by a regular expression; those are merged after the others. */
export function isRegexSection(section: Section): boolean {
  return patternOf(section).isRegex;
}

function scoped(of: Scope["of"], globs: readonly Glob[] | undefined): Scope | undefined {
  return globs === undefined ? undefined : { of, globs };
}

function patternOf({ name, argument }: Section): { isRegex: boolean; text: string } {
  const [first = "", second = ""] = splitWords(argument);
  const hasTilde = first === "~";
  return { isRegex: name.endsWith("match") || hasTilde, text: hasTilde ? second : first };
}

/** Apache's `*` is ours; its `?` and `[…]` have no like. */
function wildcardGlob(text: string): string | undefined {
  const glob = text.replaceAll(/\*+/g, "*");
  const isPlain = [...glob].every((one) => one === "*" || (isPlainCharacter(one) && one !== "["));
  return isPlain && glob !== "" && !/^\.\.?$/.test(glob) ? glob : undefined;
}
