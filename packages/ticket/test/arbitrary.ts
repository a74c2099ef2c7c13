import fc from "fast-check";
import type { TicketFields } from "../src/ticket.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what tickets may not hold.
const forbidden = /[;\u0000-\u001f\u007f-\u009f]/;

const freeText = (maxBytes: number) =>
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter(
      (text) => !forbidden.test(text) && text.isWellFormed() && Buffer.byteLength(text) <= maxBytes,
    );

const epochSeconds = fc.integer({ min: 1, max: 4_000_000_000 });
const word = fc.stringMatching(/^[A-Za-z0-9_-]{1,30}$/);
const token = freeText(40).filter((text) => !text.includes(","));
const host = fc.stringMatching(/^[a-z0-9]{1,10}(\.[a-z0-9]{1,10}){0,2}$/);

/** Fields that an issuer accepts and that fit into one ticket whatever its signature. */
export const ticketFields: fc.Arbitrary<TicketFields> = fc.record(
  {
    uid: freeText(60),
    validUntil: epochSeconds,
    clientAddress: fc.oneof(fc.ipV4(), fc.ipV6()).filter((address) => address.length <= 39),
    tokens: fc.array(token, { maxLength: 3 }),
    userData: freeText(60),
    graceAfter: epochSeconds,
    basicAuth: word.map((text) => Buffer.from(`user:${text}`).toString("base64")),
    multifactor: fc.boolean(),
    issuedAt: epochSeconds,
    signInId: word,
    ticketId: word,
    audience: fc.array(host, { maxLength: 2 }),
    confirmationKey: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    otherFields: fc
      .dictionary(fc.stringMatching(/^x[a-z]{1,5}$/), freeText(20), { maxKeys: 2 })
      .map((fields) => new Map(Object.entries(fields))),
  },
  { requiredKeys: ["uid", "validUntil"] },
);
