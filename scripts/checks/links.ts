import { posix } from "node:path";
import { lineAt } from "./imports.ts";
import type { TextFile } from "./tree.ts";

/**
 * Links and pictures in Markdown that lead to a path that does not exist.
 *
 * @param exists whether there is a file or folder at a path from the root
 */
export function checkLinks(
  documents: readonly TextFile[],
  exists: (path: string) => boolean,
): readonly string[] {
  return documents.flatMap(({ path, text }) =>
    [...withoutCode(text).matchAll(/\]\((?<target>[^)\s]+)\)/g)].flatMap(({ index, groups }) => {
      const target = groups?.target?.replace(/#.*$/, "") ?? "";
      if (target === "" || /^[a-z]+:/.test(target)) return [];
      const found = posix.join(posix.dirname(path), target);
      return exists(found) ? [] : [`${path}:${lineAt(text, index)}: nothing is at ${target}`];
    }),
  );
}

/** Blanks fenced and inline code, so that brackets in examples are no links. */
function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```|`[^`\n]*`/gm, (code) => code.replace(/[^\n]/g, " "));
}
