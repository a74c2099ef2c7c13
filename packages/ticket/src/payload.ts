import {
  byteLength,
  checkField,
  type FieldName,
  fieldsByName,
  indexOf,
  isFieldText,
  type MultifactorReading,
  multifactorNumber,
} from "./fields.ts";
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

/** The values of the known fields, each at its index, and the others by name. */
interface Fields {
  readonly multifactor: MultifactorReading;
  readonly known: (string | undefined)[];
  others: Map<string, string> | undefined;
}

/**
 * Reads the fields of a payload. Unknown fields are kept and otherwise ignored, so that newer
 * issuers still work; an empty optional field counts as absent, because old writers write
 * `tokens=` and `multifactor=` always.
 *
 * @throws {TicketError} `forbidden-character`, `bad-pair`, `repeated-field`, `missing-field`,
 *   `bad-number`, `bad-field` or `field-too-long`.
 */
export function parsePayload(
  payload: string,
  multifactor: MultifactorReading = "zero-or-one",
): Ticket {
  if (!isFieldText(payload)) throw new TicketError("forbidden-character");
  const known = new Array<string | undefined>(fieldsByName.size).fill(undefined);
  const fields: Fields = { multifactor, known, others: undefined };
  let next = 0;
  while (next <= payload.length) {
    const semicolon = payload.indexOf(";", next);
    const end = semicolon === -1 ? payload.length : semicolon;
    const equals = payload.indexOf("=", next);
    if (equals <= next || equals >= end) throw new TicketError("bad-pair");
    putField(fields, payload.slice(next, equals), payload.slice(equals + 1, end));
    next = end + 1;
  }
  return ticketOf(fields);
}

function putField(fields: Fields, name: string, value: string): void {
  const field = fieldsByName.get(name);
  const before = field === undefined ? fields.others?.get(name) : fields.known[field.index];
  // mod_auth_pubtkt lets the last one win; a ticket that says two things is not ours.
  if (before !== undefined || name === "sig") throw new TicketError("repeated-field");
  if (field === undefined) {
    fields.others ??= new Map();
    fields.others.set(name, value);
    return;
  }
  if (value !== "") {
    const isNumber = field.index === indexOf.multifactor && fields.multifactor === "number";
    checkField(isNumber ? multifactorNumber : field, value);
  }
  fields.known[field.index] = value;
}

function ticketOf({ known, others }: Fields): Ticket {
  const tokens = known[indexOf.tokens];
  const audience = known[indexOf.aud];
  return {
    uid: known[indexOf.uid] || missing("uid"),
    // The module takes 0 for no time at all.
    validUntil: seconds("validuntil", known) || missing("validuntil"),
    clientAddress: known[indexOf.cip] || undefined,
    tokens: tokens ? tokens.split(",") : none,
    userData: known[indexOf.udata] || undefined,
    // The module reads 0 as "no grace period"; writers without one put it there.
    graceAfter: seconds("graceperiod", known) || undefined,
    basicAuth: known[indexOf.bauth] || undefined,
    multifactor: Number(known[indexOf.multifactor]) === 1,
    keyId: known[indexOf.kid] || undefined,
    issuedAt: seconds("iat", known),
    signInId: known[indexOf.sid] || undefined,
    ticketId: known[indexOf.jti] || undefined,
    audience: audience ? audience.split(",") : none,
    confirmationKey: known[indexOf.cnf] || undefined,
    otherFields: others ?? noFields,
  };
}

// One for all tickets: it stays in the processor's cache, where a thousand empty ones would not.
const none: readonly string[] = [];
const noFields: ReadonlyMap<string, string> = new Map();

function seconds(name: FieldName, known: Fields["known"]): EpochSeconds | undefined {
  const digits = known[indexOf[name]];
  if (!digits) return undefined;
  const value = Number(digits);
  if (value > maxEpochSeconds) throw new TicketError("bad-number", name);
  return value;
}

function missing(name: FieldName): never {
  throw new TicketError("missing-field", name);
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
  for (const field of fieldsByName.values()) {
    const value = known[field.name];
    if (value === undefined || value === "") continue;
    checkCharacters(field.name, value);
    checkField(field, value);
    pairs.push(`${field.name}=${value}`);
  }
  for (const [name, value] of fields.otherFields ?? []) {
    if (name === "" || name.includes("=")) throw new TicketError("bad-pair", "otherFields");
    if (name === "sig" || fieldsByName.has(name)) throw new TicketError("repeated-field", name);
    checkCharacters("otherFields", name);
    checkCharacters(name, value);
    pairs.push(`${name}=${value}`);
  }
  return pairs.join(";");
}

function checkCharacters(name: string, value: string): void {
  if (value.includes(";") || !isFieldText(value)) {
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
