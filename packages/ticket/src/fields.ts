import { parseAddress } from "./address.ts";
import { TicketError } from "./ticket-error.ts";

/** A field that we know. */
export interface Field {
  readonly name: FieldName;
  /** Its place among all known fields, in the order in which they are written. */
  readonly index: number;
  /** The most bytes that it may hold. */
  readonly limit: number;
  /** What it looks like if it is not free text; all of these forms are ASCII. */
  readonly form: RegExp | undefined;
}

const digits = /^[0-9]+$/;
const word = /^[A-Za-z0-9_-]+$/;

/** Wire names in the order in which they are written, with limits and forms. */
const rules = {
  uid: [255],
  cip: [39, /^[0-9A-Fa-f:.]+$/],
  validuntil: [12, digits],
  graceperiod: [12, digits],
  multifactor: [1, /^[01]$/],
  tokens: [255],
  udata: [255],
  bauth: [255, /^[A-Za-z0-9+/]+={0,2}$/],
  kid: [16, /^[A-Za-z0-9_-]{16}$/],
  iat: [12, digits],
  sid: [64, word],
  jti: [64, word],
  aud: [255, /^[a-z0-9.:[\]-]+(?:,[a-z0-9.:[\]-]+)*$/],
  cnf: [43, /^[A-Za-z0-9_-]{43}$/],
} as const satisfies Record<string, readonly [limit: number, form?: RegExp]>;

/** Whether `multifactor` is 0 or 1, or any number, as old issuers may have written it. */
export type MultifactorReading = "zero-or-one" | "number";

/** The wire name of a field that we know. */
export type FieldName = keyof typeof rules;

/** The known fields by name, in the order in which they are written. */
export const fieldsByName: ReadonlyMap<string, Field> = new Map(
  Object.entries(rules).map(([name, [limit, form]], index) => [
    name,
    { name: name as FieldName, index, limit, form },
  ]),
);

/** {@link Field.index} of each. */
export const indexOf = Object.fromEntries(
  [...fieldsByName.values()].map(({ name, index }) => [name, index]),
) as Readonly<Record<FieldName, number>>;

/** The field `multifactor` where any number will do. Nine digits overflow in no reader. */
export const multifactorNumber: Field = {
  name: "multifactor",
  index: indexOf.multifactor,
  limit: 9,
  form: digits,
};

/**
 * Refuses what the old module cuts off or half-reads. An empty value is absent, and none of this
 * file's affair.
 *
 * @throws {TicketError} `field-too-long`, `bad-number` or `bad-field`.
 */
export function checkField({ name, limit, form }: Field, value: string): void {
  // A character takes three bytes at most, so that short texts need no counting.
  const mayBeLonger = form === undefined && value.length * 3 > limit;
  if ((mayBeLonger ? byteLength(value) : value.length) > limit)
    throw new TicketError("field-too-long", name);
  if (form === undefined) return;
  if (!form.test(value)) throw new TicketError(form === digits ? "bad-number" : "bad-field", name);
  if (name === "cip" && parseAddress(value) === undefined) throw new TicketError("bad-field", name);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;
const beyondPrintableAscii = /[^\u0020-\u007e]/;
const encoder = new TextEncoder();

/** Whether a ticket may hold the text: no control characters, and no half of a surrogate pair. */
export function isFieldText(text: string): boolean {
  // Half a pair would be signed as U+FFFD, so that two texts had one signature.
  return isPrintableAscii(text) || (!controlCharacter.test(text) && text.isWellFormed());
}

/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  // Nearly every ticket is ASCII, and one look is cheaper than encoding.
  return isPrintableAscii(text) ? text.length : encoder.encode(text).length;
}

function isPrintableAscii(text: string): boolean {
  return !beyondPrintableAscii.test(text);
}
