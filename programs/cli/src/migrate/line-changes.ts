import type { Position } from "./remark.ts";

/** What becomes of a line. */
export interface LineChange {
  /** Of the last line that goes with it. */
  readonly lastLine: number;
  readonly before: readonly string[];
  /** What stands in its place; `undefined`: it stays. */
  readonly instead: readonly string[] | undefined;
  readonly after: readonly string[];
}

/** The changes to the lines of several files; two of the same line come together. */
export interface LineChanges {
  add(at: Position & { readonly lastLine?: number }, change: Partial<LineChange>): void;
  at(position: Position): LineChange | undefined;
  /** The text of `file` with its changes; `undefined`: it has none. */
  applied(file: string, text: string): string | undefined;
}

/** No changes yet. */
export function createLineChanges(): LineChanges {
  const files = new Map<string, Map<number, LineChange>>();
  return {
    add({ file, line, lastLine = line }, { before = [], instead, after = [] }) {
      const lines = files.get(file) ?? new Map<number, LineChange>();
      files.set(file, lines);
      const known = lines.get(line) ?? { before: [], instead: undefined, after: [], lastLine };
      lines.set(line, {
        lastLine,
        before: distinct([...known.before, ...before]),
        instead: instead ?? known.instead,
        after: distinct([...known.after, ...after]),
      });
    },
    at: ({ file, line }) => files.get(file)?.get(line),
    applied(file, text) {
      const changes = files.get(file);
      return changes === undefined ? undefined : withChanges(text.split("\n"), changes);
    },
  };
}

function withChanges(lines: readonly string[], changes: ReadonlyMap<number, LineChange>): string {
  const result: string[] = [];
  for (let number = 1; number <= lines.length; number += 1) {
    const line = lines[number - 1] ?? "";
    const change = changes.get(number);
    if (change === undefined) {
      result.push(line);
      continue;
    }
    const indentation = /^[ \t]*/.exec(line)?.[0] ?? "";
    const ending = line.endsWith("\r") ? "\r" : "";
    const written = (one: string) => `${indentation}${one}${ending}`;
    const last = Math.max(number, Math.min(change.lastLine, lines.length));
    const own = change.instead?.map(written) ?? lines.slice(number - 1, last);
    const isOpening = /^\s*</.test(line);
    const inner = isOpening ? (/^[ \t]*/.exec(lines[last] ?? "")?.[0] ?? "") : indentation;
    const inside = (one: string) => `${inner}${one}${ending}`;
    result.push(...change.before.map(written), ...own, ...change.after.map(inside));
    number = last;
  }
  return result.join("\n");
}

function distinct(lines: readonly string[]): readonly string[] {
  return [...new Set(lines)];
}
