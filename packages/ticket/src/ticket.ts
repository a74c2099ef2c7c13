/** Whole seconds since 1970-01-01T00:00:00Z. */
export type EpochSeconds = number;

/** At most this many bytes of decoded ticket, signature included (mod_auth_pubtkt: MAX_TICKET_SIZE). */
export const maxTicketBytes = 1024;

/** At most this many characters of encoded ticket in a cookie. */
export const maxEncodedLength = 2048;

/** The last second of the year 9999: beyond it a number is a mistake, not a date. */
export const maxEpochSeconds: EpochSeconds = 253_402_300_799;

/** What a ticket says. Wire names are in docs/reference/ticket.md. */
export interface Ticket {
  /** User name, 1 to 255 bytes (`uid`). */
  readonly uid: string;
  /** The last second in which the ticket is valid (`validuntil`). */
  readonly validUntil: EpochSeconds;
  /** The only address it may come from (`cip`); unset: any. */
  readonly clientAddress: string | undefined;
  /** Groups or rights (`tokens`); empty if none. */
  readonly tokens: readonly string[];
  /** Free text for applications (`udata`). */
  readonly userData: string | undefined;
  /** From the second after it the ticket is due for renewal (`graceperiod`, a point in time). */
  readonly graceAfter: EpochSeconds | undefined;
  /** Base64 of `user:password`, or of IV and AES-128-CBC ciphertext (`bauth`). */
  readonly basicAuth: string | undefined;
  /** Whether a second factor was used (`multifactor`). */
  readonly multifactor: boolean;
  /** Which key signed it (`kid`): 16 base64url characters of the SHA-256 of its SPKI. */
  readonly keyId: string | undefined;
  /** When it was issued (`iat`). */
  readonly issuedAt: EpochSeconds | undefined;
  /** The sign-in it descends from (`sid`): every renewal keeps it, so that one word ends them all. */
  readonly signInId: string | undefined;
  /** This ticket alone (`jti`). */
  readonly ticketId: string | undefined;
  /** Lower-case host names it is meant for (`aud`); empty: any. */
  readonly audience: readonly string[];
  /** SHA-256 thumbprint, base64url, of the key it is bound to (`cnf`). */
  readonly confirmationKey: string | undefined;
  /** Every other field, by its wire name, in the order written. */
  readonly otherFields: ReadonlyMap<string, string>;
}

/** What an issuer is asked to write: {@link Ticket} without what the issuer adds itself. */
export type TicketFields = Pick<Ticket, "uid" | "validUntil"> &
  Partial<Omit<Ticket, "uid" | "validUntil" | "keyId">>;
