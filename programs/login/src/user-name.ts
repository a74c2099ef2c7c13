/** A user's name as it goes into tickets, and the form in which two names are compared. */
export interface UserName {
  /** NFC; letters keep the case that the administrator gave them. */
  readonly spelling: string;
  /** NFC and lower case: `Ada`, `ada` and `ADA` are one user. */
  readonly key: string;
}

/** The most bytes of a name in UTF-8: what mod_auth_pubtkt 0.13 passes on uncut. */
export const maxUserNameBytes = 64;

// Letters, digits and what e-mail addresses need. No space, `;`, `,`, `:`, `=` or slash: names
// travel in tickets, Basic authentication, log lines and paths.
const grammar = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._+'-]*(?:@[\p{L}\p{N}][\p{L}\p{M}\p{N}._+'-]*)?$/u;

/** Reads a name; `undefined` if it is none. It is not trimmed: ` ada` is refused. */
export function parseUserName(text: string): UserName | undefined {
  if (text.length > maxUserNameBytes) return undefined;
  const spelling = text.normalize("NFC");
  if (Buffer.byteLength(spelling) > maxUserNameBytes || !grammar.test(spelling)) return undefined;
  // Lower-casing can leave NFC (U+0130 becomes two code points), so it is restored.
  return { spelling, key: spelling.toLowerCase().normalize("NFC") };
}
