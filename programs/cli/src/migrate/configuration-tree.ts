import { configurationLines } from "./configuration-lines.ts";
import type { Position } from "./remark.ts";

/** A directive and its arguments as they were written. */
export interface Directive extends Position {
  readonly kind: "directive";
  /** In small letters: Apache does not tell them from capitals. */
  readonly name: string;
  readonly argument: string;
  /** Of the last line, if it goes on over several. */
  readonly lastLine: number;
}

/** A section: `<Location /x>` … `</Location>`. */
export interface Section extends Position {
  readonly kind: "section";
  readonly name: string;
  readonly argument: string;
  readonly lastLine: number;
  readonly children: readonly Statement[];
  /** The line of `</Location>`. */
  readonly endLine: number;
}

/** What a configuration consists of. */
export type Statement = Directive | Section;

/** A configuration, and what is wrong with it; Apache would not start with any of that. */
export interface ParsedConfiguration {
  readonly statements: readonly Statement[];
  readonly problems: readonly (Position & { readonly text: string })[];
}

/** Every directive, in sections or not. */
export function allDirectives(statements: readonly Statement[]): readonly Directive[] {
  return statements.flatMap((statement) =>
    statement.kind === "directive" ? [statement] : allDirectives(statement.children),
  );
}

interface OpenSection {
  readonly name: string;
  readonly argument: string;
  readonly line: number;
  readonly lastLine: number;
  readonly children: Statement[];
}

const maxDepth = 64;

/** Reads the text of a configuration file. Every text is read; what is wrong is told beside it. */
export function parseConfiguration(text: string, file: string): ParsedConfiguration {
  const statements: Statement[] = [];
  const problems: (Position & { readonly text: string })[] = [];
  const open: OpenSection[] = [];
  const inside = () => open.at(-1)?.children ?? statements;

  function close(endLine: number): void {
    const section = open.pop();
    if (section !== undefined) inside().push({ kind: "section", file, ...section, endLine });
  }

  for (const { line, lastLine, text: content } of configurationLines(text)) {
    const { name, argument } = nameAndArgument(content);
    if (name.startsWith("</")) {
      if (open.at(-1)?.name === name.slice(2).replace(/>.*$/, "")) close(line);
      else
        problems.push({ file, line, text: `${printableName(name)} closes nothing that is open` });
    } else if (name.startsWith("<")) {
      const end = argument.lastIndexOf(">");
      const hasEnd = end !== -1 || name.endsWith(">");
      if (!hasEnd)
        problems.push({ file, line, text: "the section's first line has no > at its end" });
      if (open.length === maxDepth) {
        problems.push({ file, line, text: `more than ${maxDepth} sections in each other` });
        break;
      }
      const own = end === -1 ? argument : argument.slice(0, end).trimEnd();
      const section = { name: name.slice(1).replace(/>$/, ""), argument: own, line, lastLine };
      open.push({ ...section, children: [] });
    } else inside().push({ kind: "directive", name, argument, file, line, lastLine });
  }
  for (const { name, line } of open) {
    problems.push({ file, line, text: `<${printableName(name)}> is not closed` });
  }
  while (open.length > 0) close(text.split("\n").length);
  return { statements, problems };
}

function nameAndArgument(content: string): { name: string; argument: string } {
  const [, name = "", argument = ""] = /^(\S+)\s*(.*)$/s.exec(content) ?? [];
  return { name: name.toLowerCase(), argument };
}

/** What stands where a name belongs may be anything, a secret in the wrong line as well. */
function printableName(name: string): string {
  return /^<?\/?[a-z]{1,40}>?$/.test(name) ? name : "this";
}
