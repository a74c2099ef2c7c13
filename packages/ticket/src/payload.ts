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
  if (text.length > maxTicketBytes) throw new TicketError("too-long");
  if (text.length < 64) throw new TicketError("too-short");
  const end = text.indexOf(separator);
  if (end === -1) throw new TicketError("no-signature");
  const payload = text.slice(0, end);
  // The rest is Base64 or will be refused, so only the payload can have more bytes than characters.
  const bytes = text.length - payload.length + byteLength(payload);
  if (bytes > maxTicketBytes) throw new TicketError("too-long");
  return { payload, signature: text.slice(end + separator.length) };
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
  return payload.slice(start + 5, end === -1 ? payload.length : end) || undefined;
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
const digits = /^[0-9]+$/;
const word = /^[A-Za-z0-9_-]+$/;

/** Fields that are not free text; all of these forms are ASCII. */
const forms: Partial<Record<FieldName, RegExp>> = {
  cip: /^[0-9A-Fa-f:.]+$/,
  validuntil: digits,
  graceperiod: digits,
  multifactor: /^[01]$/,
  bauth: /^[A-Za-z0-9+/]+={0,2}$/,
  kid: /^[A-Za-z0-9_-]{16}$/,
  iat: digits,
  sid: word,
  jti: word,
  aud: /^[a-z0-9.:[\]-]+(?:,[a-z0-9.:[\]-]+)*$/,
  cnf: /^[A-Za-z0-9_-]{43}$/,
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;
const beyondPrintableAscii = /[^\u0020-\u007e]/;
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
  // Half a surrogate pair would be signed as U+FFFD, so that two texts had one signature.
  if (!isPrintableAscii(payload) && (controlCharacter.test(payload) || !payload.isWellFormed())) {
    throw new TicketError("forbidden-character");
  }
  const fields = new Map<string, string>();
  let next = 0;
  while (next <= payload.length) {
    const semicolon = payload.indexOf(";", next);
    const end = semicolon === -1 ? payload.length : semicolon;
    const equals = payload.indexOf("=", next);
    if (equals <= next || equals >= end) throw new TicketError("bad-pair");
    const name = payload.slice(next, equals);
    // mod_auth_pubtkt lets the last one win; a ticket that says two things is not ours.
    if (name === "sig" || fields.has(name)) throw new TicketError("repeated-field");
    fields.set(name, payload.slice(equals + 1, end));
    next = end + 1;
  }
  return ticketOf(fields);
}

function ticketOf(fields: ReadonlyMap<string, string>): Ticket {
  const tokens = read(fields, "tokens");
  const audience = read(fields, "aud");
  return {
    uid: read(fields, "uid") ?? missing("uid"),
    validUntil: readSeconds(fields, "validuntil") ?? missing("validuntil"),
    clientAddress: read(fields, "cip"),
    tokens: tokens?.split(",") ?? none,
    userData: read(fields, "udata"),
    // The module reads 0 as "no grace period"; writers without one put it there.
    graceAfter: readSeconds(fields, "graceperiod") || undefined,
    basicAuth: read(fields, "bauth"),
    multifactor: read(fields, "multifactor") === "1",
    keyId: read(fields, "kid"),
    issuedAt: readSeconds(fields, "iat"),
    signInId: read(fields, "sid"),
    ticketId: read(fields, "jti"),
    audience: audience?.split(",") ?? none,
    confirmationKey: read(fields, "cnf"),
    otherFields: otherThanKnown(fields),
  };
}

function read(fields: ReadonlyMap<string, string>, name: FieldName): string | undefined {
  const value = fields.get(name);
  if (value === undefined || value === "") return undefined;
  checkField(name, value);
  return value;
}

function readSeconds(
  fields: ReadonlyMap<string, string>,
  name: FieldName,
): EpochSeconds | undefined {
  const text = read(fields, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > maxEpochSeconds) throw new TicketError("bad-number", name);
  return value;
}

// One for all tickets: it stays in the processor's cache, where a thousand empty ones would not.
const none: readonly string[] = [];
const noFields: ReadonlyMap<string, string> = new Map();

function otherThanKnown(fields: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  let others: Map<string, string> | undefined;
  for (const [name, value] of fields) {
    if (isFieldName(name)) continue;
    others ??= new Map();
    others.set(name, value);
  }
  return others ?? noFields;
}

function missing(name: FieldName): never {
  throw new TicketError("missing-field", name);
}

/** Refuses what the old module cuts off or half-reads. */
function checkField(name: FieldName, value: string): void {
  const form = forms[name];
  const length = form === undefined ? byteLength(value) : value.length;
  if (length > limits[name]) throw new TicketError("field-too-long", name);
  if (form === undefined) return;
  if (!form.test(value)) throw new TicketError(form === digits ? "bad-number" : "bad-field", name);
  if (name === "cip" && parseAddress(value) === undefined) throw new TicketError("bad-field", name);
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
    validuntil: decimal("validuntil", fields.validUntil),
    graceperiod: decimal("graceperiod", fields.graceAfter),
    multifactor: fields.multifactor ? "1" : undefined,
    tokens: list("tokens", fields.tokens),
    udata: fields.userData,
    bauth: fields.basicAuth,
    kid: keyId,
    iat: decimal("iat", fields.issuedAt),
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

function decimal(name: FieldName, value: EpochSeconds | undefined): string | undefined {
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

// A set, because looking up a freshly cut name as a property would intern it first.
const fieldNames: ReadonlySet<string> = new Set(Object.keys(limits));

function isFieldName(name: string): name is FieldName {
  return fieldNames.has(name);
}

/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  // Nearly every ticket is ASCII, and one look is cheaper than encoding.
  return isPrintableAscii(text) ? text.length : encoder.encode(text).length;
}

function isPrintableAscii(text: string): boolean {
  return !beyondPrintableAscii.test(text);
}
