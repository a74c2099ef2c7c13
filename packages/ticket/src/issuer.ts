import { encodeBase64 } from "./base64.ts";
import { type SigningKey, signPayload } from "./crypto.ts";
import { encodeTicket } from "./encoding.ts";
import { byteLength } from "./fields.ts";
import { joinSignature, writePayload } from "./payload.ts";
import { maxEncodedLength, maxTicketBytes, type TicketFields } from "./ticket.ts";
import { TicketError } from "./ticket-error.ts";

/** Makes and signs tickets with one key. */
export interface Issuer {
  readonly keyId: string;

  /**
   * Signs one ticket and gives its decoded text; {@link encodeTicket} makes it fit for a cookie.
   *
   * @throws {TicketError} what {@link writePayload} throws, and `too-long` over 1024 bytes decoded
   *   or 2048 characters encoded, with the cost of every field.
   */
  issue(fields: TicketFields): string;
}

/** Creates an issuer that names its key in every ticket (`kid`, 21 bytes). */
export function createIssuer(key: SigningKey): Issuer {
  return {
    keyId: key.id,
    issue(fields) {
      const payload = writePayload(fields, key.id);
      const text = joinSignature({ payload, signature: encodeBase64([signPayload(key, payload)]) });
      const bytes = byteLength(text);
      if (bytes > maxTicketBytes) {
        throw new TicketError("too-long", `${bytes} bytes decoded (${costs(text, byteLength)})`);
      }
      const encodedLength = encodeTicket(text).length;
      if (encodedLength > maxEncodedLength) {
        const encodedCosts = costs(text, (pair) => encodeTicket(pair).length);
        throw new TicketError("too-long", `${encodedLength} characters encoded (${encodedCosts})`);
      }
      return text;
    },
  };
}

/** What each field takes, dearest first: `udata 210, sig 349, …`; names only, never values. */
function costs(text: string, measure: (pair: string) => number): string {
  return text
    .split(";")
    .map((pair) => ({ name: pair.slice(0, pair.indexOf("=")), cost: measure(`;${pair}`) }))
    .sort((one, other) => other.cost - one.cost)
    .map(({ name, cost }) => `${name} ${cost}`)
    .join(", ");
}
