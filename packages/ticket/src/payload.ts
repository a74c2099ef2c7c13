import { parseAddress } from "./address.ts";
import {
  type EpochSeconds,
  maxEpochSeconds,
  maxTicketBytes,
  type Ticket,
  type TicketFields,
} from "./ticket.ts";
import { TicketError } from "./ticket-error.ts";

const separator = ";sig=";

/** A ticket in its two parts; the payload is not to be believed before the signature is checked. */
export interface SignedText {
  readonly payload: string;
  /** Base64, spelling not yet checked. */
  readonly signature: string;
}

/**
 * Splits a ticket at its first `;sig=`. Everything after it is the signature, so that nothing can
 * follow it.
 *
 * @throws {TicketError} `too-long`, `too-short` or `no-signature`.
 */
export function splitSignature(text: string): SignedText {
  if (byteLength(text) > maxTicketBytes) throw new TicketError("too-long");
  if (text.length < 64) throw new TicketError("too-short");
  const end = text.indexOf(separator);
  if (end === -1) throw new TicketError("no-signature");
  return { payload: text.slice(0, end), signature: text.slice(end + separator.length) };
}

/** The inverse of {@link splitSignature}. */
export function joinSignature({ payload, signature }: SignedText): string {
  return payload + separator + signature;
}

/**
 * The `kid` of a payload whose signature is still unchecked: a hint which key to try, no more.
 * The first one counts; {@link parsePayload} later refuses a payload with two.
 */
export function keyIdHint(payload: string): string | undefined {
  const start = payload.indexOf(";kid=");
  if (start === -1) return undefined;
  const end = payload.indexOf(";", start + 5);
  return payload.slice(start + 5, end === -1 ? payload.length : end);
}

/** Wire names in the order in which they are written, with the most bytes that each may hold. */
const limits = {
  uid: 255,
  cip: 39,
  validuntil: 12,
  graceperiod: 12,
  multifactor: 1,
  tokens: 255,
  udata: 255,
  bauth: 255,
  kid: 16,
  iat: 12,
  sid: 64,
  jti: 64,
  aud: 255,
  cnf: 43,
} as const;

type FieldName = keyof typeof limits;
type KnownFields = Partial<Record<FieldName, string>>;

const forms: Partial<Record<FieldName, RegExp>> = {
  kid: /^[A-Za-z0-9_-]{16}$/,
  sid: /^[A-Za-z0-9_-]{1,64}$/,
  jti: /^[A-Za-z0-9_-]{1,64}$/,
  aud: /^[a-z0-9.:[\]-]+(?:,[a-z0-9.:[\]-]+)*$/,
  cnf: /^[A-Za-z0-9_-]{43}$/,
  bauth:
    /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$|^[A-Za-z0-9+/]{2,3}={1,2}$/,
  multifactor: /^[01]$/,
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;
const nonAscii = /[\u0080-\uffff]/;
const encoder = new TextEncoder();

/**
 * Reads the fields of a payload. Unknown fields are kept and otherwise ignored, so that newer
 * issuers still work; an empty optional field counts as absent, because old writers write
 * `tokens=` and `multifactor=` always.
 *
 * @throws {TicketError} `forbidden-character`, `bad-pair`, `repeated-field`, `missing-field`,
 *   `bad-number`, `bad-field` or `field-too-long`.
 */
export function parsePayload(payload: string): Ticket {
  if (controlCharacter.test(payload)) throw new TicketError("forbidden-character");
  const known: KnownFields = {};
  const otherFields = new Map<string, string>();
  for (const pair of payload.split(";")) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw new TicketError("bad-pair");
    const name = pair.slice(0, equals);
    const value = pair.slice(equals + 1);
    // mod_auth_pubtkt lets the last one win; a ticket that says two things is not ours.
    if (name === "sig" || Object.hasOwn(known, name) || otherFields.has(name)) {
      throw new TicketError("repeated-field");
    }
    if (isFieldName(name)) known[name] = value;
    else otherFields.set(name, value);
  }
  return ticketOf(known, otherFields);
}

function ticketOf(known: KnownFields, otherFields: ReadonlyMap<string, string>): Ticket {
  for (const name in known) {
    if (isFieldName(name)) checkField(name, known[name] ?? "");
  }
  if (!known.uid) throw new TicketError("missing-field", "uid");
  if (!known.validuntil) throw new TicketError("missing-field", "validuntil");
  return {
    uid: known.uid,
    validUntil: seconds("validuntil", known.validuntil),
    clientAddress: known.cip || undefined,
    tokens: known.tokens ? known.tokens.split(",") : [],
    userData: known.udata || undefined,
    // The module reads 0 as "no grace period"; writers without one put it there.
    graceAfter: known.graceperiod
      ? seconds("graceperiod", known.graceperiod) || undefined
      : undefined,
    basicAuth: known.bauth || undefined,
    multifactor: known.multifactor === "1",
    keyId: known.kid || undefined,
    issuedAt: known.iat ? seconds("iat", known.iat) : undefined,
    signInId: known.sid || undefined,
    ticketId: known.jti || undefined,
    audience: known.aud ? known.aud.split(",") : [],
    confirmationKey: known.cnf || undefined,
    otherFields,
  };
}

/** Refuses what the old module cuts off or half-reads; an empty value is looked at by its reader. */
function checkField(name: FieldName, value: string): void {
  if (value === "") return;
  if (byteLength(value) > limits[name]) throw new TicketError("field-too-long", name);
  const form = forms[name];
  if (form !== undefined && !form.test(value)) throw new TicketError("bad-field", name);
  if (name === "cip" && parseAddress(value) === undefined) throw new TicketError("bad-field", name);
}

function seconds(name: FieldName, digits: string): EpochSeconds {
  const value = /^[0-9]+$/.test(digits) ? Number(digits) : Number.NaN;
  if (!(value <= maxEpochSeconds)) throw new TicketError("bad-number", name);
  return value;
}

/**
 * Writes a payload that {@link parsePayload} reads as the same ticket and that old verifiers read
 * too. Fields of our own stand behind the old ones.
 *
 * @throws {TicketError} `missing-field`, `forbidden-character`, `bad-number`, `bad-field`,
 *   `repeated-field` or `field-too-long`; the field is named.
 */
export function writePayload(fields: TicketFields, keyId: string | undefined): string {
  const known: Record<FieldName, string | undefined> = {
    uid: fields.uid,
    cip: fields.clientAddress,
    validuntil: digits("validuntil", fields.validUntil),
    graceperiod: digits("graceperiod", fields.graceAfter),
    multifactor: fields.multifactor ? "1" : undefined,
    tokens: list("tokens", fields.tokens),
    udata: fields.userData,
    bauth: fields.basicAuth,
    kid: keyId,
    iat: digits("iat", fields.issuedAt),
    sid: fields.signInId,
    jti: fields.ticketId,
    aud: list("aud", fields.audience),
    cnf: fields.confirmationKey,
  };
  if (!known.uid) throw new TicketError("missing-field", "uid");
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(known)) {
    if (value === undefined || value === "") continue;
    checkCharacters(name, value);
    if (isFieldName(name)) checkField(name, value);
    pairs.push(`${name}=${value}`);
  }
  for (const [name, value] of fields.otherFields ?? []) {
    if (name === "" || name.includes("=")) throw new TicketError("bad-pair", "otherFields");
    if (name === "sig" || isFieldName(name)) throw new TicketError("repeated-field", name);
    checkCharacters("otherFields", name);
    checkCharacters(name, value);
    pairs.push(`${name}=${value}`);
  }
  return pairs.join(";");
}

function checkCharacters(name: string, value: string): void {
  // A lone surrogate has no UTF-8 form, so the signature would cover something else.
  if (value.includes(";") || controlCharacter.test(value) || !value.isWellFormed()) {
    throw new TicketError("forbidden-character", name);
  }
}

function digits(name: FieldName, value: EpochSeconds | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < 1 || value > maxEpochSeconds) {
    throw new TicketError("bad-number", name);
  }
  return String(value);
}

function list(name: FieldName, elements: readonly string[] | undefined): string | undefined {
  for (const element of elements ?? []) {
    if (element === "" || element.includes(",")) throw new TicketError("forbidden-character", name);
  }
  return elements?.join(",");
}

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(limits, name);
}

/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  // Nearly every ticket is ASCII, and there one look is cheaper than encoding.
  return nonAscii.test(text) ? encoder.encode(text).length : text.length;
}
