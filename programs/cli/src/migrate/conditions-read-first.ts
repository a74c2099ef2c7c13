import { splitWords } from "./words.ts";

/** What is known of the server while its configuration is read. */
export interface ServerFacts {
  readonly variables: ReadonlyMap<string, string>;
  /** `mod_x.c` and `x_module` of each module that a LoadModule names. */
  readonly modules: ReadonlySet<string>;
  fileExists(path: string): boolean;
}

/** Whether the content of a section counts; `assumed`: it cannot be told, and is taken to, or not to. */
export type Holding = boolean | "assumed" | "assumed-not";

/** The sections that decide while the configuration is read; `undefined`: `name` is none of them. */
export function holds(name: string, argument: string, facts: ServerFacts): Holding | undefined {
  const isNegated = argument.startsWith("!");
  const [subject = ""] = splitWords(isNegated ? argument.slice(1) : argument);
  const negated = (holding: Holding) => (isNegated ? opposite(holding) : holding);
  switch (name) {
    case "ifdefine":
      return negated(facts.variables.has(subject));
    case "ifmodule":
      return negated(isLoaded(subject, facts));
    case "iffile":
      return negated(facts.fileExists(subject));
    case "ifversion":
      return negated(isVersion(argument.replace(/^!\s*/, "")));
    case "ifdirective":
    case "ifsection":
      return "assumed";
    default:
      return undefined;
  }
}

function opposite(holding: Holding): Holding {
  if (typeof holding === "boolean") return !holding;
  return holding === "assumed" ? "assumed-not" : "assumed";
}

const alwaysThere = new Set(
  ["core", "so", "http", "log_config", "logio", "version", "unixd", "watchdog"].flatMap((name) => [
    `mod_${name}.c`,
    `${name}_module`,
  ]),
)
  .add("core.c")
  .add("http_core.c");

function isLoaded(module: string, { modules }: ServerFacts): Holding {
  if (modules.has(module) || alwaysThere.has(module)) return true;
  // Without one LoadModule, this is a part of a configuration, and the rest is not known.
  if (modules.size > 0) return false;
  return /auth_pubtkt/.test(module) ? true : "assumed";
}

/** The Apache of Debian 12, in whose words the answer is given. */
const version = [2, 4, 71] as const;

function isVersion(argument: string): Holding {
  const [, operator = "=", text = ""] = /^(=|==|>=?|<=?|~)?\s*([\d.]+)$/.exec(argument) ?? [];
  if (text === "") return "assumed";
  const wanted = text.split(".").map(Number);
  const order =
    [0, 1, 2]
      .map((index) => (version[index] ?? 0) - (wanted[index] ?? 0))
      .find((difference) => difference !== 0) ?? 0;
  if (operator.startsWith(">")) return order > 0 || (order === 0 && operator === ">=");
  if (operator.startsWith("<")) return order < 0 || (order === 0 && operator === "<=");
  return order === 0;
}
