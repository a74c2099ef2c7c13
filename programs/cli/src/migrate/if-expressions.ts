import { type Glob, segmentsOf } from "./path-globs.ts";
import { pathRegexGlobs } from "./regex-globs.ts";

/** What a visit must be like, beside its path, as gateway.yaml says it. */
export interface Conditions {
  readonly methods?: readonly string[];
  readonly networks?: readonly string[];
}

/** When an expression is true: by the path or the visit, if that can be said, and nothing else. */
export type Outcome =
  | "always"
  | "never"
  | "undecided"
  | { readonly paths?: readonly Glob[]; readonly conditions?: Conditions };

/** The variables of expressions that are the same for all visits to a server. */
export type IfFacts = ReadonlyMap<string, string>;

/** When an expression of an If section is true. */
export function decideExpression(expression: string, facts: IfFacts): Outcome {
  const tokens = tokensOf(expression);
  if (tokens === undefined) return "undecided";
  const reader = { tokens, at: 0, facts };
  const outcome = readAny(reader);
  return reader.at === tokens.length ? outcome : "undecided";
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly facts: IfFacts;
}

const token =
  /\s*(\|\||&&|==|!=|=~|!~|[!(){},]|-[A-Za-z]+|%\{\w+\}|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|m#[^#]*#[a-z]*|\/(?:\\.|[^/\\\s])*\/[a-z]*|[\w.:]+)/y;

function tokensOf(expression: string): readonly string[] | undefined {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < expression.trimEnd().length) {
    const [, text] = token.exec(expression) ?? [];
    // Nobody writes a thousand words, and each bracket goes deeper.
    if (text === undefined || tokens.length === 1000) return undefined;
    tokens.push(text);
  }
  return tokens;
}

function take(reader: Reader, wanted: string): boolean {
  if (reader.tokens[reader.at] !== wanted) return false;
  reader.at += 1;
  return true;
}

function readAny(reader: Reader): Outcome {
  let outcome = readAll(reader);
  while (take(reader, "||")) outcome = either(outcome, readAll(reader));
  return outcome;
}

function readAll(reader: Reader): Outcome {
  let outcome = readOne(reader);
  while (take(reader, "&&")) outcome = both(outcome, readOne(reader));
  return outcome;
}

function readOne(reader: Reader): Outcome {
  if (take(reader, "!")) return not(readOne(reader));
  if (take(reader, "(")) {
    const outcome = readAny(reader);
    return take(reader, ")") ? outcome : "undecided";
  }
  if (take(reader, "true")) return "always";
  if (take(reader, "false")) return "never";
  const left = reader.tokens[reader.at] ?? "";
  const right = reader.tokens[reader.at + 1] ?? "";
  if (left === "-R") {
    reader.at += 2;
    return networkOutcome(literal(right));
  }
  const operand = reader.tokens[reader.at + 2] ?? "";
  reader.at += 3;
  if (right === "-in" && operand === "{") return readList(left, reader);
  return compare(left, right, operand, reader.facts);
}

function readList(left: string, reader: Reader): Outcome {
  let outcome: Outcome = "never";
  while (!take(reader, "}")) {
    const word = reader.tokens[reader.at];
    if (word === undefined) return "undecided";
    reader.at += 1;
    if (word !== ",") outcome = either(outcome, compare(left, "==", word, reader.facts));
  }
  return outcome;
}

function compare(left: string, operator: string, right: string, facts: IfFacts): Outcome {
  const variable = /^%\{(\w+)\}$/.exec(left)?.[1]?.toUpperCase() ?? "";
  if (operator === "!=") return not(compare(left, "==", right, facts));
  if (operator === "!~") return not(compare(left, "=~", right, facts));
  if (operator === "=~") {
    const source = /^(?:m#(.*)#|\/(.*)\/)$/s.exec(right);
    const paths =
      variable === "REQUEST_URI" && source
        ? pathRegexGlobs(source[1] ?? source[2] ?? "")
        : undefined;
    return paths === undefined ? "undecided" : { paths };
  }
  const wanted = literal(right);
  if (wanted === undefined) return "undecided";
  if (operator === "-ipmatch" && variable === "REMOTE_ADDR") return networkOutcome(wanted);
  if (operator !== "==" && operator !== "-eq") return "undecided";
  if (variable === "REQUEST_METHOD") return { conditions: { methods: [wanted] } };
  if (variable === "REQUEST_URI") return { paths: [segmentsOf(wanted)] };
  const known = facts.get(variable);
  if (known === undefined) return "undecided";
  return known.toLowerCase() === wanted.toLowerCase() ? "always" : "never";
}

function networkOutcome(network: string | undefined): Outcome {
  const isBlock =
    network !== undefined && /^[\d.]+(?:\/\d+)?$|^[\da-f:]+(?:\/\d+)?$/i.test(network);
  return isBlock ? { conditions: { networks: [network] } } : "undecided";
}

/** A text in quotes, or a word, without variables in it. */
function literal(token: string): string | undefined {
  const [, quoted = token] = /^['"](.*)['"]$/s.exec(token) ?? [];
  return /[\\%$]/.test(quoted) || /^[-!(){},&|=]/.test(quoted) ? undefined : quoted;
}

function not(outcome: Outcome): Outcome {
  if (outcome === "always") return "never";
  return outcome === "never" ? "always" : "undecided";
}

function both(a: Outcome, b: Outcome): Outcome {
  if (a === "never" || b === "never") return "never";
  if (a === "always") return b;
  if (b === "always") return a;
  if (a === "undecided" || b === "undecided") return "undecided";
  if (a.paths !== undefined && b.paths !== undefined) return "undecided";
  if (a.conditions !== undefined && b.conditions !== undefined) {
    const names = [...Object.keys(a.conditions), ...Object.keys(b.conditions)];
    if (new Set(names).size < names.length) return "undecided";
  }
  return { ...a, ...b, ...conditionsOf({ ...a.conditions, ...b.conditions }) };
}

function either(a: Outcome, b: Outcome): Outcome {
  if (a === "always" || b === "always") return "always";
  if (a === "never") return b;
  if (b === "never") return a;
  if (a === "undecided" || b === "undecided") return "undecided";
  if (a.conditions === undefined && b.conditions === undefined) {
    return { paths: [...(a.paths ?? []), ...(b.paths ?? [])] };
  }
  if (a.paths !== undefined || b.paths !== undefined) return "undecided";
  for (const name of ["methods", "networks"] as const) {
    const [one, other] = [a.conditions?.[name], b.conditions?.[name]];
    const isAlone = [a, b].every(({ conditions = {} }) => Object.keys(conditions).length === 1);
    if (isAlone && one !== undefined && other !== undefined) {
      return { conditions: { [name]: [...one, ...other] } };
    }
  }
  return "undecided";
}

function conditionsOf(conditions: Conditions): { conditions?: Conditions } {
  return Object.keys(conditions).length === 0 ? {} : { conditions };
}
