import { maxTicketBytes } from "./ticket.ts";
import { TicketError } from "./ticket-error.ts";

/**
 * Percent-encodes a ticket for a cookie or a header. Only letters, digits and `-._~` stay, so that
 * no reader mistakes a character; a space becomes `%20`, which every reader understands.
 */
export function encodeTicket(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Reads the value of a ticket cookie or header: one pair of double quotes is taken off, `+` is a
 * space (PHP's urlencode, Perl's and Python's form encoding), the rest is percent-decoded.
 *
 * @throws {TicketError} `too-long`, or `bad-encoding` for a stray `%`, bytes that are not UTF-8,
 *   or characters that must have been encoded.
 */
export function decodeTicket(value: string): string {
  // Every byte takes three characters at most, and quotes two.
  if (value.length > 3 * maxTicketBytes + 2) throw new TicketError("too-long");
  const bare = unquote(value);
  if (!/^[\u0020-\u007e]*$/.test(bare)) throw new TicketError("bad-encoding");
  try {
    return decodeURIComponent(bare.replaceAll("+", " "));
  } catch (error) {
    if (error instanceof URIError) throw new TicketError("bad-encoding");
    throw error;
  }
}

/** As {@link decodeTicket}; `undefined` for what that refuses. */
export function tryDecodeTicket(value: string): string | undefined {
  try {
    return decodeTicket(value);
  } catch (error) {
    if (error instanceof TicketError) return undefined;
    throw error;
  }
}

const quote = 0x22;

/** Takes off one pair of double quotes (RFC 6265 §4.1.1). */
export function unquote(value: string): string {
  const last = value.length - 1;
  const isQuoted = last > 0 && value.charCodeAt(0) === quote && value.charCodeAt(last) === quote;
  return isQuoted ? value.slice(1, -1) : value;
}
