import { encodeTicket, unquote } from "./encoding.ts";
import { maxEncodedLength } from "./ticket.ts";
import { TicketError } from "./ticket-error.ts";

/** More cookies of one name than any browser sends for one site; each may cost a signature check. */
export const maxCookiesOfOneName = 10;

const space = 0x20;
const tab = 0x09;
const equalsSign = 0x3d;

/**
 * The values of every cookie called exactly `name` in a `Cookie` header, still encoded, without
 * surrounding blanks and quotes; at most the first ten. Empty values, which a deleted cookie can
 * leave, are left out.
 *
 * @see RFC 6265 §4.2.1
 */
export function ticketCookieValues(header: string, name: string): string[] {
  const values: string[] = [];
  let found = nextCookieValue(header, name, 0);
  while (found !== undefined && values.length < maxCookiesOfOneName) {
    values.push(found.value);
    found = nextCookieValue(header, name, found.end);
  }
  return values;
}

/** A `Cookie` header without the cookies called exactly `name`; empty if no other is left. */
export function cookiesWithout(header: string, name: string): string {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => pair !== "" && !isNamed(pair, 0, name)).join("; ");
}

/**
 * The first value in the pairs from `from` on, and where to go on; one step of
 * {@link ticketCookieValues}. Pairs are compared where they stand, so that only a value is cut out.
 */
export function nextCookieValue(
  header: string,
  name: string,
  from: number,
): { readonly value: string; readonly end: number } | undefined {
  let start = from;
  while (start < header.length) {
    start = skipBlanks(header, start);
    const semicolonAt = header.indexOf(";", start);
    const end = semicolonAt === -1 ? header.length : semicolonAt;
    if (isNamed(header, start, name)) {
      const value = unquote(trimmed(header, start + name.length + 1, end));
      if (value !== "") return { value, end: end + 1 };
    }
    start = end + 1;
  }
  return undefined;
}

function isNamed(header: string, start: number, name: string): boolean {
  if (header.charCodeAt(start + name.length) !== equalsSign) return false;
  for (let index = 0; index < name.length; index++) {
    if (header.charCodeAt(start + index) !== name.charCodeAt(index)) return false;
  }
  return true;
}

function trimmed(header: string, from: number, to: number): string {
  let end = to;
  while (end > from && isBlank(header.charCodeAt(end - 1))) end--;
  return header.slice(Math.min(skipBlanks(header, from), end), end);
}

function skipBlanks(header: string, from: number): number {
  let start = from;
  while (isBlank(header.charCodeAt(start))) start++;
  return start;
}

function isBlank(character: number): boolean {
  return character === space || character === tab;
}

/**
 * How a ticket cookie is set; HttpOnly always is. SameSite=None needs Secure.
 *
 * @see RFC 6265 §4.1
 */
export type CookieAttributes<Name extends string = string> = {
  readonly name: Name;
  /** The parent domain that shares the cookie; unset: the issuing host alone. */
  readonly domain?: string | undefined;
  /** `/` unless given. */
  readonly path?: string | undefined;
  /** Seconds until the browser forgets it; unset: when the browser closes. */
  readonly maxAgeSeconds?: number | undefined;
} & (
  | { readonly secure: boolean; readonly sameSite: "Strict" | "Lax" }
  | { readonly secure: true; readonly sameSite: "None" }
) &
  PrefixRule<Name>;

/** What the name's prefix promises. Browsers drop a cookie that breaks it, in silence. */
type PrefixRule<Name extends string> = Name extends `__Host-${string}`
  ? { readonly secure: true; readonly domain?: never; readonly path?: "/" }
  : Name extends `__Secure-${string}`
    ? { readonly secure: true }
    : unknown;

/**
 * The `Set-Cookie` value that hands a ticket to a browser.
 *
 * @throws {TicketError} `bad-cookie` or `too-long`.
 */
export function writeTicketCookie<const Name extends string>(
  text: string,
  attributes: CookieAttributes<Name>,
): string {
  const value = encodeTicket(text);
  if (value.length > maxEncodedLength) throw new TicketError("too-long");
  return setCookie(value, attributes);
}

/**
 * The `Set-Cookie` value that makes a browser forget the ticket that {@link writeTicketCookie} set
 * with the same attributes.
 *
 * @throws {TicketError} `bad-cookie`.
 */
export function clearTicketCookie<const Name extends string>(
  attributes: CookieAttributes<Name>,
): string {
  return setCookie("", { ...attributes, maxAgeSeconds: 0 });
}

function setCookie(value: string, attributes: CookieAttributes): string {
  const { name, domain, path = "/", secure, sameSite, maxAgeSeconds } = attributes;
  // Names chosen at run time may have escaped the types.
  const isHostCookie = name.startsWith("__Host-");
  if (!isToken(name) || (isHostCookie && (domain !== undefined || path !== "/" || !secure))) {
    throw new TicketError("bad-cookie", "name");
  }
  if (name.startsWith("__Secure-") && !secure) throw new TicketError("bad-cookie", "name");
  if (sameSite === "None" && !secure) throw new TicketError("bad-cookie", "sameSite");
  if (domain !== undefined && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(domain)) {
    throw new TicketError("bad-cookie", "domain");
  }
  if (!/^\/[\u0020-\u003a\u003c-\u007e]*$/.test(path)) throw new TicketError("bad-cookie", "path");
  if (maxAgeSeconds !== undefined && !(Number.isSafeInteger(maxAgeSeconds) && maxAgeSeconds >= 0)) {
    throw new RangeError("maxAgeSeconds is a whole number of seconds, not negative");
  }
  const parts = [`${name}=${value}`];
  if (domain !== undefined) parts.push(`Domain=${domain}`);
  parts.push(`Path=${path}`);
  if (maxAgeSeconds !== undefined) parts.push(`Max-Age=${maxAgeSeconds}`);
  if (secure) parts.push("Secure");
  parts.push("HttpOnly", `SameSite=${sameSite}`);
  return parts.join("; ");
}

/** RFC 9110 §5.6.2: what a cookie name may be made of. */
function isToken(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
}
