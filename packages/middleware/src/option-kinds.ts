/** What an option may hold. */
export interface Kind {
  readonly holds: (value: unknown) => boolean;
  /** After "it is". */
  readonly words: string;
}

const isText = (value: unknown) => typeof value === "string";
const isKeyText = (value: unknown) =>
  typeof value === "string" && (value.includes("-----BEGIN ") || /^\s*\{/.test(value));
const isList = (value: unknown) => Array.isArray(value) && value.every(isText);

/** The kinds that several options share. */
export const kinds = {
  text: { holds: isText, words: "a string" },
  list: { holds: isList, words: "a list of strings" },
  texts: { holds: (value) => isText(value) || isList(value), words: "a string, or a list of them" },
  keyTexts: {
    holds: (value) => (Array.isArray(value) ? value.every(isKeyText) : isKeyText(value)),
    words: "PEM or JWK, or a list of them: pass the key's text, not its file name",
  },
  flag: { holds: (value) => typeof value === "boolean", words: "true or false" },
  number: {
    holds: (value) => typeof value === "number" && value >= 1,
    words: "a number of at least 1",
  },
  secret: {
    holds: (value) => typeof value === "string" && value.length >= 32,
    words: "a string of at least 32 characters",
  },
  object: { holds: (value) => typeof value === "object" && value !== null, words: "an object" },
  bindings: {
    holds: (value) => typeof (value as { sessionOf?: unknown } | null)?.sessionOf === "function",
    words: "an object with the method sessionOf, such as createTcpcryptClient() gives",
  },
  objectOrNone: {
    holds: (value) => value === "none" || (typeof value === "object" && value !== null),
    words: 'an object, or "none"',
  },
  function: { holds: (value) => typeof value === "function", words: "a function" },
} satisfies Record<string, Kind>;

/** One of these words. */
export function oneOf(...words: readonly string[]): Kind {
  return {
    holds: (value) => words.includes(value as string),
    words: words.length === 1 ? `only ${words[0]}` : `one of ${words.join(", ")}`,
  };
}
