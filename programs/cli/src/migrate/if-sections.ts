import type { Section, Statement } from "./configuration-tree.ts";
import { decideExpression, type IfFacts, type Outcome } from "./if-expressions.ts";
import type { VirtualServer } from "./servers.ts";
import { splitWords } from "./words.ts";

/** An If, ElseIf or Else, and when it counts. */
export interface DecidedIf {
  readonly section: Section;
  readonly outcome: Outcome;
}

/** When each If, ElseIf and Else among the statements counts. */
export function decideIfs(statements: readonly Statement[], facts: IfFacts): readonly DecidedIf[] {
  const decided: DecidedIf[] = [];
  let before: Outcome = "never";
  for (const section of statements) {
    if (section.kind !== "section" || !/^(?:if|elseif|else)$/.test(section.name)) continue;
    if (section.name === "if") before = "never";
    const own = section.name === "else" ? "always" : decideExpression(expressionOf(section), facts);
    decided.push({ section, outcome: unlessBefore(before, own) });
    before = firstTrue(before, own);
  }
  return decided;
}

/** What is known of every visit to a server before it comes. */
export function factsOf({ isTls, name, ports }: VirtualServer): IfFacts {
  const scheme = isTls || name?.scheme === "https" ? "https" : "http";
  const facts = new Map([
    ["HTTPS", isTls ? "on" : "off"],
    ["REQUEST_SCHEME", scheme],
  ]);
  // Ports of proxies in front are not known here, nor is the name that a visitor writes.
  if (ports.length === 1) facts.set("SERVER_PORT", String(ports[0]));
  return facts;
}

function expressionOf({ argument }: Section): string {
  return /^["]/.test(argument) ? (splitWords(argument)[0] ?? "") : argument;
}

function unlessBefore(before: Outcome, own: Outcome): Outcome {
  if (before === "never" || own === "never") return own;
  return before === "always" ? "never" : "undecided";
}

function firstTrue(before: Outcome, own: Outcome): Outcome {
  if (before === "always" || own === "always") return "always";
  return before === "never" && own === "never" ? "never" : "undecided";
}
