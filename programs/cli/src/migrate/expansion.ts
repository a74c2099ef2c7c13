import { basename, dirname, resolve } from "node:path";
import { holds } from "./conditions-read-first.ts";
import { parseConfiguration, type Section, type Statement } from "./configuration-tree.ts";
import { includedFiles, isFileGlob } from "./file-globs.ts";
import type { Position, Report } from "./remark.ts";
import { splitWords } from "./words.ts";
import type { MigrationWorld } from "./world.ts";

/** What a configuration is read with. */
export interface ExpansionOptions {
  readonly serverRoot: string;
  readonly defines: ReadonlyMap<string, string>;
}

/** A configuration without what only steers the reading of it. */
export interface Expansion {
  /** For each statement of the files that were named, what became of it. */
  readonly parts: readonly {
    readonly origin: Statement;
    readonly statements: readonly Statement[];
  }[];
  /** The text of each file that was read. */
  readonly texts: ReadonlyMap<string, string>;
  readonly serverRoot: string;
  /** The IfModule sections about mod_auth_pubtkt, and the lines that load it. */
  readonly moduleLines: readonly Position[];
  readonly modules: ReadonlySet<string>;
  /** Reads a file in the same way, with what is known at the end; `.htaccess` files come so late. */
  readLater(path: string): readonly Statement[] | undefined;
}

/** The longest configuration file that is read. */
const maxFileBytes = 1_048_576;

const limits = { files: 2000, depth: 32, statements: 200_000 };

interface Reading {
  readonly world: MigrationWorld;
  readonly report: Report;
  serverRoot: string;
  readonly variables: Map<string, string>;
  readonly modules: Set<string>;
  readonly macros: Map<string, Section>;
  readonly texts: Map<string, string>;
  readonly moduleLines: Position[];
  files: number;
  statements: number;
}

/** Reads the files and all that they include, as Apache does when it starts. */
export function expand(
  files: readonly string[],
  world: MigrationWorld,
  { serverRoot, defines }: ExpansionOptions,
  report: Report,
): Expansion {
  const reading: Reading = {
    world,
    report,
    serverRoot,
    variables: new Map(defines),
    modules: new Set(),
    macros: new Map(),
    texts: new Map(),
    moduleLines: [],
    files: 0,
    statements: 0,
  };
  const parts = files.flatMap((file) =>
    (readTree(file, { file, line: 1 }, reading) ?? []).map((origin) => ({
      origin,
      statements: expandOne(origin, reading, 0),
    })),
  );
  return {
    parts,
    texts: reading.texts,
    serverRoot: reading.serverRoot,
    moduleLines: reading.moduleLines,
    modules: reading.modules,
    readLater(path) {
      const tree = readTree(path, { file: path, line: 1 }, reading);
      return tree?.flatMap((statement) => expandOne(statement, reading, 0));
    },
  };
}

function readTree(path: string, at: Position, reading: Reading): readonly Statement[] | undefined {
  reading.files += 1;
  if (reading.files > limits.files) {
    reading.report("error", at, `more than ${limits.files} files are read: the rest is left out`);
    return undefined;
  }
  const text = reading.texts.get(path) ?? reading.world.readText(path, maxFileBytes);
  if (text === undefined) {
    reading.report("error", at, `${path} cannot be read, or has more than ${maxFileBytes} bytes`);
    return undefined;
  }
  reading.texts.set(path, text);
  const { statements, problems } = parseConfiguration(text, path);
  for (const problem of problems) reading.report("error", problem, problem.text);
  return statements;
}

function expandAll(statements: readonly Statement[], reading: Reading, depth: number) {
  return statements.flatMap((statement) => expandOne(statement, reading, depth));
}

function expandOne(statement: Statement, reading: Reading, depth: number): readonly Statement[] {
  reading.statements += 1;
  if (reading.statements > limits.statements || depth > limits.depth) {
    reading.report("error", statement, "files or macros include each other without an end");
    return [];
  }
  const argument = substituted(statement.argument, reading.variables);
  if (statement.kind === "directive") {
    const directive = { ...statement, argument };
    return steering.get(statement.name)?.(directive, reading, depth) ?? [directive];
  }
  if (statement.name === "macro") {
    const [name = ""] = splitWords(argument);
    reading.macros.set(name.toLowerCase(), { ...statement, argument });
    return [];
  }
  const holding = holds(statement.name, argument, {
    ...reading,
    fileExists: (path) => fileExists(resolve(reading.serverRoot, path), reading.world),
  });
  if (holding === undefined) {
    return [{ ...statement, argument, children: expandAll(statement.children, reading, depth) }];
  }
  if (isAboutModule(argument)) reading.moduleLines.push(statement);
  else if (typeof holding === "string") {
    const taken = holding === "assumed" ? "to hold" : "not to hold";
    const text = `the condition cannot be decided from these files: it is taken ${taken}`;
    reading.report("warning", statement, text);
  }
  const counts = holding === true || holding === "assumed";
  return counts ? expandAll(statement.children, reading, depth) : [];
}

type Steer = (
  directive: Statement,
  reading: Reading,
  depth: number,
) => readonly Statement[] | undefined;

/** A map, since a file may say `constructor`. */
const steering: ReadonlyMap<string, Steer> = new Map(
  Object.entries<Steer>({
    include: (directive, reading, depth) => include(directive, reading, depth, true),
    includeoptional: (directive, reading, depth) => include(directive, reading, depth, false),
    define({ argument }, { variables }) {
      const [name, value = ""] = splitWords(argument);
      if (name !== undefined) variables.set(name, value);
      return [];
    },
    undefine({ argument }, { variables }) {
      variables.delete(argument.trim());
      return [];
    },
    serverroot({ argument }, reading) {
      const [root] = splitWords(argument);
      if (root !== undefined) reading.serverRoot = resolve(reading.serverRoot, root);
      return [];
    },
    loadmodule(directive, { modules, moduleLines }) {
      const [name = "", file = ""] = splitWords(directive.argument);
      modules.add(name).add(basename(file).replace(/\.so$/, ".c"));
      if (isAboutModule(name)) moduleLines.push(directive);
      return [];
    },
    use: (directive, reading, depth) => useMacro(directive, reading, depth),
  }),
);

function include(
  directive: Statement,
  reading: Reading,
  depth: number,
  isRequired: boolean,
): readonly Statement[] {
  const [word = ""] = splitWords(directive.argument);
  const path = resolve(reading.serverRoot, word);
  if (!isRequired && !isFileGlob(path) && !fileExists(path, reading.world)) return [];
  const files = includedFiles(path, reading.world, limits.files);
  if (files.length === 0 && isRequired) {
    reading.report("error", directive, `there is no file ${path}`);
  }
  return files.flatMap((file) =>
    expandAll(readTree(file, directive, reading) ?? [], reading, depth + 1),
  );
}

function useMacro(
  directive: Statement,
  reading: Reading,
  depth: number,
): readonly Statement[] | undefined {
  const [name = "", ...values] = splitWords(directive.argument);
  const macro = reading.macros.get(name.toLowerCase());
  if (macro === undefined) return undefined;
  const [, ...parameters] = splitWords(macro.argument);
  const fill = (statement: Statement): Statement => {
    const argument = parameters.reduce(
      (text, parameter, index) => text.replaceAll(parameter, () => values[index] ?? ""),
      statement.argument,
    );
    if (statement.kind === "directive") return { ...statement, argument };
    return { ...statement, argument, children: statement.children.map(fill) };
  };
  return expandAll(macro.children.map(fill), reading, depth + 1);
}

/** `${NAME}` of what is defined; what is not stays as it is, as in Apache. */
function substituted(argument: string, variables: ReadonlyMap<string, string>): string {
  return argument.replaceAll(/\$\{([^}:]+)\}/g, (whole, name) => variables.get(name) ?? whole);
}

function fileExists(path: string, world: MigrationWorld): boolean {
  return (world.listFolder(dirname(path)) ?? []).some(({ name }) => name === basename(path));
}

function isAboutModule(argument: string): boolean {
  return /\b(?:mod_auth_pubtkt\.c|auth_pubtkt_module)\b/.test(argument);
}
