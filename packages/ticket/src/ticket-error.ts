/** What is wrong with a ticket, an encoding or a key; each has a text in {@link ticketErrorTexts}. */
export type TicketErrorCode =
  | "too-long"
  | "too-short"
  | "no-signature"
  | "bad-base64"
  | "bad-encoding"
  | "bad-pair"
  | "forbidden-character"
  | "repeated-field"
  | "missing-field"
  | "bad-number"
  | "bad-field"
  | "field-too-long"
  | "bad-basic-auth"
  | "bad-key"
  | "private-key-given"
  | "unsupported-key"
  | "legacy-signature"
  | "bad-cookie";

/** What each code means, in the words of the reference page. */
export const ticketErrorTexts: Record<TicketErrorCode, string> = {
  "too-long": "the ticket is over 1024 bytes, or its cookie over 2048 characters",
  "too-short": "the text is shorter than 64 characters, so it is no ticket",
  "no-signature": "the ticket has no `;sig=` part",
  "bad-base64": "the signature or bauth is not Base64 in its one canonical spelling",
  "bad-encoding": "the cookie or header value is not percent-encoded UTF-8",
  "bad-pair": "a part between semicolons is not `key=value`",
  "forbidden-character":
    "a field holds a control character, or one that separates fields or list elements",
  "repeated-field": "a field occurs twice",
  "missing-field": "uid or validuntil is missing or empty",
  "bad-number": "a number is not written in digits alone, or is out of range",
  "bad-field": "a field does not have the form that its name demands",
  "field-too-long": "a field is longer than its limit",
  "bad-basic-auth": "bauth is not `user:password` in Base64, or cannot be decrypted with this key",
  "bad-key": "the key is neither PEM nor JWK, or is damaged",
  "private-key-given": "a private key stands where only the public half belongs",
  "unsupported-key": "the type or size of the key is not one that signs tickets",
  "legacy-signature": "SHA-1 and DSA need an explicit opt-in",
  "bad-cookie": "the cookie attributes cannot be written: bad name, domain or path",
};

/** The one error of this package. Its message says what was expected and where, never the input. */
export class TicketError extends Error {
  override readonly name = "TicketError";
  readonly code: TicketErrorCode;

  constructor(code: TicketErrorCode, where?: string, options?: ErrorOptions) {
    super(
      where === undefined ? ticketErrorTexts[code] : `${where}: ${ticketErrorTexts[code]}`,
      options,
    );
    this.code = code;
  }
}
