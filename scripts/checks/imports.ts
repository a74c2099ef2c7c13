import { layersOf } from "./source-scanner.ts";

/** One module that a source file names. */
export interface Import {
  /** `undefined`: computed at run time, so nobody can tell. */
  readonly specifier: string | undefined;
  readonly line: number;
  readonly reExports: boolean;
}

/** Every import, re-export, dynamic import and `require` of a source text, in its order. */
export function importsOf(source: string): readonly Import[] {
  const { code, strings } = layersOf(source);
  const imports: (Import & { at: number })[] = [];
  for (const [at, specifier] of strings) {
    const before = code.slice(Math.max(0, at - 4000), at).trimEnd();
    if (!/(?:\bfrom|\bimport|\b(?:import|require|import\.meta\.resolve)\s*\()$/.test(before))
      continue;
    const statement = before.slice(
      Math.max(before.lastIndexOf(";"), before.lastIndexOf("}\n")) + 1,
    );
    const reExports = /\bfrom$/.test(before) && /\bexport\b(?![\s\S]*\bimport\b)/.test(statement);
    imports.push({ specifier, reExports, line: lineAt(source, at), at });
  }
  for (const { index } of code.matchAll(/\b(?:import|require)\s*\(/g)) {
    const opening = code.indexOf("(", index) + 1;
    const argument = source.slice(opening).search(/\S/) + opening;
    if (strings.has(argument)) continue;
    imports.push({
      specifier: undefined,
      reExports: false,
      line: lineAt(source, index),
      at: index,
    });
  }
  return imports.toSorted((a, b) => a.at - b.at).map(({ at: _, ...found }) => found);
}

/** The line, from 1, of a position in a text. */
export function lineAt(text: string, position: number): number {
  return text.slice(0, position).split("\n").length;
}
