import { readFileSync } from "node:fs";
import { lineAt } from "./imports.ts";
import { layersOf } from "./source-scanner.ts";
import type { TextFile, Tree } from "./tree.ts";

/** The section numbers of each RFC that the project cites, by the RFC's number. */
export type Sections = Readonly<Record<string, ReadonlySet<string>>>;

/** Reads the list kept in rfc-sections.json: for each RFC its sections, separated by spaces. */
export function readSections(): Sections {
  const text = readFileSync(new URL("rfc-sections.json", import.meta.url), "utf8");
  const listed = JSON.parse(text) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(listed).map(([rfc, sections]) => [rfc, new Set(sections.split(" "))]),
  );
}

/** Citations, in comments and Markdown, of sections that do not exist or are not well-formed. */
export function checkCitations(tree: Tree, sections: Sections): readonly string[] {
  return [
    ...tree.sources.flatMap((file) => citationProblems(commentsOf(file), sections)),
    ...tree.documents.flatMap((file) => citationProblems(file, sections)),
  ];
}

/** `RFC 8548 §4.2`, also with more sections: `RFC 8548 §3.3 and §4.2`. */
const wellFormed =
  /\bRFC\s+(?<rfc>\d{1,5})\s+(?<sections>§[\dA-Z][\d.]*(?:(?:,|,? and|,? or| to)\s+§[\dA-Z][\d.]*)*)/g;

/** Other ways to write one, so that a citation cannot escape the check by its spelling. */
const malformed: readonly RegExp[] = [
  /\bRFC[-\s]*\d{1,5}(?:,|:|'s)?\s+\(?(?:[Ss]ections?|[Ss]ecs?\.|[Aa]ppendix|[Cc]hapter|§§|§\s)\s*[\dA-Z]/g,
  /\b(?:[Ss]ections?|[Ss]ecs?\.|[Aa]ppendix)\s*[\dA-Z][\d.]*,?\s+(?:of|in)\s+(?:the\s+)?RFC/g,
  /§+\s*[\dA-Z][\d.]*,?\s+(?:of|in)\s+(?:the\s+)?RFC/g,
  /\bRFC-?\d{1,5}\s+§/g,
  /\bRFC[-\s]*\d{1,5}(?:[,:]\s*)?§/g,
];

function citationProblems({ path, text }: TextFile, sections: Sections): readonly string[] {
  const problems: string[] = [];
  for (const pattern of malformed) {
    for (const { index, 0: found } of text.matchAll(pattern)) {
      const words = found.replace(/\s+/g, " ");
      problems.push(`${path}:${lineAt(text, index)}: "${words}": write RFC nnnn §x.y`);
    }
  }
  for (const { index, groups } of text.matchAll(wellFormed)) {
    const { rfc = "", sections: cited = "" } = groups ?? {};
    const line = lineAt(text, index);
    for (const [found] of cited.matchAll(/(?<=§)[\dA-Z][\d.]*/g)) {
      const section = found.replace(/\.$/, "");
      if (sections[rfc] === undefined) {
        problems.push(
          `${path}:${line}: RFC ${rfc} is not in scripts/checks/rfc-sections.json: add its sections`,
        );
      } else if (!sections[rfc].has(section)) {
        problems.push(`${path}:${line}: RFC ${rfc} has no §${section}`);
      }
    }
  }
  return problems;
}

/** Comments only, without the marks that begin their lines: a citation may span two lines. */
function commentsOf({ path, text }: TextFile): TextFile {
  const unmarked = layersOf(text).comments.replace(
    /^([ \t]*)(\/\/+|\/\*+|\*+\/?)/gm,
    (_, indent: string, mark: string) => indent + " ".repeat(mark.length),
  );
  return { path, text: unmarked };
}
