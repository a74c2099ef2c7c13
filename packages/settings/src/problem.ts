/** One thing that is wrong with a settings file. It never holds a value from the file. */
export interface Problem {
  /** The file's name, as whoever reads the problem knows it. */
  readonly source: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1. */
  readonly column: number;
  /** Where in the settings, such as `sites[0].host`; empty for the file as a whole. */
  readonly setting: string;
  /** What would be right, as it reads after the word "expected". */
  readonly expected: string;
}

/** One line for people and for editors that jump to `file:line:column`. */
export function describeProblem(problem: Problem): string {
  const { source, line, column, setting, expected } = problem;
  const where = setting === "" ? "" : `${setting}: `;
  return `${source}:${line}:${column}: ${where}expected ${expected}`;
}

/** The order of the file, for `sort`. */
export function byPosition(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}

/** A setting's path as people write it: `sites[0].places`, `headers["x y"]`. */
export function settingName(path: readonly PropertyKey[]): string {
  let name = "";
  for (const step of path) {
    if (typeof step === "number") name += `[${step}]`;
    else if (!/^[\w-]+$/.test(String(step))) name += `[${JSON.stringify(String(step))}]`;
    else name += name === "" ? String(step) : `.${String(step)}`;
  }
  return name;
}
