import { lineAt } from "./imports.ts";
import { layersOf } from "./source-scanner.ts";

const forbidden: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\bDate\.now\b|\bnew\s+Date\b(?!\s*\(\s*[^\s)])|(?<!new\s+|[.\w$])Date\s*\(/g, "the clock"],
  [/(?<![.\w$])performance\b/g, "the clock"],
  [/\bMath\.random\b|\b(?:randomUUID|getRandomValues|randomBytes|randomInt)\b/g, "random values"],
  [/(?<![.\w$])process\s*(?:\?\.|[.[])/g, "the environment"],
  [/(?<![.\w$])globalThis\b/g, "the environment"],
  [/(?<![.\w$])set(?:Timeout|Interval|Immediate)\s*\(/g, "a timer"],
  [/(?<![.\w$#])fetch\s*\(/g, "the network"],
  [/(?<![.\w$])console\s*\./g, "the terminal"],
];

/** Where a source text of a pure package reaches for the world: one sentence each. */
export function worldlyUses(path: string, source: string): readonly string[] {
  const { code } = layersOf(source);
  return forbidden.flatMap(([pattern, what]) =>
    [...code.matchAll(pattern)].map(
      ({ index }) => `${path}:${lineAt(code, index)}: a pure package reaches for ${what}`,
    ),
  );
}
