import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from "yaml";
import type { Problem } from "./problem.ts";
import { yamlProblem } from "./yaml-problem.ts";

/** A settings file has a few hundred lines; more is a mistake, or somebody's attack. */
const maxSettingsCharacters = 262_144;

const maxDepth = 20;

/** Where something stands, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What a settings file says, and where it says it. */
export interface SettingsText {
  readonly value: unknown;
  /** Findings that leave the rest of the file readable, such as a setting given twice. */
  readonly problems: readonly Problem[];
  /** The position of the value at `path`, or of the closest group around it. */
  positionOf(path: readonly PropertyKey[]): Position;
  /** The position of the name `key` in the group at `path`. */
  positionOfKey(path: readonly PropertyKey[], key: string): Position;
  /** Whether the file gives anything at `path`. */
  has(path: readonly PropertyKey[]): boolean;
}

/** The text was no settings file at all; `problems` has at least one entry. */
interface UnreadableText {
  readonly value?: never;
  readonly unreadable: readonly Problem[];
}

/**
 * Reads YAML 1.2 with its core schema: one document of maps with text keys, lists and scalars.
 *
 * Aliases, tags and directives are refused: a settings file needs none of them, and each is a way
 * to make a file mean something else than what it seems to say. Never throws.
 */
export function readSettingsText(name: string, text: string): SettingsText | UnreadableText {
  if (text.length > maxSettingsCharacters) {
    return { unreadable: [tooLarge(name)] };
  }
  const document = parseDocument(text, {
    logLevel: "error",
    prettyErrors: false,
    schema: "core",
    stringKeys: true,
  });
  const place = (offset: number): Position => positionIn(text, offset);
  const found = [...document.errors, ...document.warnings].sort(
    (one, other) => one.pos[0] - other.pos[0],
  );
  const syntax = found.map((error) => ({
    source: name,
    ...place(error.pos[0]),
    setting: "",
    expected: yamlProblem(error),
  }));
  const refused = found.findIndex((error) => error.code !== "DUPLICATE_KEY");
  // One slip brings several errors with it, which say less and less.
  const first = syntax[refused];
  if (first !== undefined) return { unreadable: [first] };
  const unwanted = unwantedParts(document).map(({ offset, expected }) => ({
    source: name,
    ...place(offset),
    setting: "",
    expected,
  }));
  if (unwanted.length > 0) return { unreadable: [...syntax, ...unwanted] };
  return {
    // An empty file is an empty group, so that each required setting is named.
    value: document.toJS() ?? {},
    problems: syntax,
    positionOf: (path) => place(locate(document, path).offset),
    positionOfKey: (path, key) => place(keyOffset(locate(document, path).node, key)),
    has: (path) => locate(document, path).exact,
  };
}

function tooLarge(source: string): Problem {
  const expected = `a file of at most ${maxSettingsCharacters} characters`;
  return { source, line: 1, column: 1, setting: "", expected };
}

/** Counted here, because the library's own counter misses line ends inside what is malformed. */
function positionIn(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return { line, column: before.length - before.lastIndexOf("\n") };
}

interface Unwanted {
  readonly offset: number;
  readonly expected: string;
}

function unwantedParts(document: Document): Unwanted[] {
  const unwanted: Unwanted[] = [];
  // "%YAML 1.1" would turn words such as "no" into false and bring back merge keys.
  if (document.directives?.yaml.explicit) {
    unwanted.push({ offset: 0, expected: "no %YAML directive" });
  }
  walk(document.contents, 0, unwanted);
  return unwanted;
}

function walk(node: unknown, depth: number, unwanted: Unwanted[]): void {
  const offset = offsetOf(node) ?? 0;
  if (depth > maxDepth) {
    unwanted.push({ offset, expected: `at most ${maxDepth} levels of nesting` });
  } else if (isAlias(node)) {
    unwanted.push({ offset, expected: "the value itself, not an alias (*name): repeat it" });
  } else if (isTagged(node)) {
    unwanted.push({ offset, expected: "a plain value without a tag (!name)" });
  } else if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (isScalar(key) && key.value === "__proto__") {
        unwanted.push({ offset: offsetOf(key) ?? offset, expected: "another name than __proto__" });
      }
      walk(key, depth + 1, unwanted);
      walk(value, depth + 1, unwanted);
    }
  } else if (isSeq(node)) {
    for (const item of node.items) walk(item, depth + 1, unwanted);
  }
}

function isTagged(node: unknown): boolean {
  return (isScalar(node) || isMap(node) || isSeq(node)) && node.tag !== undefined;
}

interface Location {
  readonly node: unknown;
  readonly offset: number;
  readonly exact: boolean;
}

function locate(document: Document, path: readonly PropertyKey[]): Location {
  let here: Location = {
    node: document.contents,
    offset: offsetOf(document.contents) ?? 0,
    exact: true,
  };
  for (const step of path) {
    const next = child(here.node, step);
    if (next === undefined) return { ...here, exact: false };
    here = next;
  }
  return here;
}

function child(node: unknown, step: PropertyKey): Location | undefined {
  if (isSeq(node) && typeof step === "number" && step < node.items.length) {
    const item = node.items[step];
    return { node: item, offset: offsetOf(item) ?? offsetOf(node) ?? 0, exact: true };
  }
  if (!isMap(node)) return undefined;
  // Of a setting given twice the last one counts, as it does in the value.
  const pair = node.items.findLast(
    ({ key }) => isScalar(key) && String(key.value) === String(step),
  );
  if (pair === undefined) return undefined;
  // "name:" with nothing after it stands where its name stands.
  const empty = pair.value === null || isEmptyScalar(pair.value);
  const offset = offsetOf(empty ? pair.key : pair.value) ?? 0;
  return { node: pair.value, offset, exact: true };
}

function isEmptyScalar(node: unknown): boolean {
  return isScalar(node) && node.type === "PLAIN" && node.source === "";
}

function keyOffset(node: unknown, key: string): number {
  const pair = isMap(node)
    ? node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === key)
    : undefined;
  return offsetOf(pair?.key) ?? offsetOf(node) ?? 0;
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
