import type * as z from "zod";

type RawIssue = z.core.$ZodRawIssue;

/** Words of our own for each of zod's findings, as they read after "expected". */
export function expectedBy(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.expected === "array" && typeof issue.input === "string") return bracketedList;
      return typeWords[String(issue.expected)] ?? String(issue.expected);
    case "too_small":
      return bound("at least", issue.origin, issue.minimum, issue.inclusive);
    case "too_big":
      return bound("at most", issue.origin, issue.maximum, issue.inclusive);
    case "invalid_format":
      return formatWords[issue.format] ?? "text of another form";
    case "invalid_value":
      return alternatives(issue.values.map((value) => JSON.stringify(value) ?? String(value)));
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return "a known setting";
    case "invalid_key":
      return "another name";
    case "invalid_union":
      return "one of the allowed forms";
    default:
      return "another value";
  }
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

const typeWords: Readonly<Record<string, string>> = {
  array: 'a list ("- entry" lines or [a, b])',
  boolean: "true or false",
  int: "a whole number",
  null: "nothing",
  number: "a number",
  object: 'a group of settings ("name: value" lines)',
  record: 'a group of settings ("name: value" lines)',
  string: "text (in quotes when it looks like a number)",
};

const bracketedList = "a list, if only of one: in brackets, such as [admin]";

const formatWords: Readonly<Record<string, string>> = {
  email: "an e-mail address",
  ipv4: "an IPv4 address",
  ipv6: "an IPv6 address",
  safeint: "a whole number",
  url: "a URL",
};

function bound(
  word: "at least" | "at most",
  origin: string,
  limit: number | bigint,
  inclusive: boolean | undefined,
): string {
  const strict = word === "at least" ? "more than" : "less than";
  const amount = `${inclusive === false ? strict : word} ${limit}`;
  if (origin === "string") return `${amount} ${limit === 1 ? "character" : "characters"}`;
  if (origin === "array" || origin === "set") {
    return `${amount} ${limit === 1 ? "entry" : "entries"}`;
  }
  return `${origin === "int" ? "a whole number" : "a number"} of ${amount}`;
}
