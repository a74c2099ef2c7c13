/** The most bytes that a ticket's `tokens` field carries, commas included. */
export const maxTokensBytes = 255;

// A comma separates tokens and a semicolon fields; mod_auth_pubtkt's TKTAuthToken splits at spaces.
const grammar = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:@/+-]{0,63}$/u;

/** The tokens of a user: each once, in the order given; `undefined` if one has a wrong form. */
export function parseTokens(words: readonly string[]): readonly string[] | undefined {
  const tokens = [...new Set(words.map((word) => word.normalize("NFC")))];
  if (!tokens.every((token) => grammar.test(token))) return undefined;
  return Buffer.byteLength(tokens.join(",")) <= maxTokensBytes ? tokens : undefined;
}
