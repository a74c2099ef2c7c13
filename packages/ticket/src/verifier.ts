import { isSameAddress } from "./address.ts";
import { decodeBase64 } from "./base64.ts";
import { maxCookiesOfOneName, nextCookieValue } from "./cookie.ts";
import { isSignedBy, type VerificationKey } from "./crypto.ts";
import { tryDecodeTicket } from "./encoding.ts";
import { keyIdHint, parsePayload, splitSignature } from "./payload.ts";
import type { EpochSeconds, Ticket } from "./ticket.ts";
import { TicketError } from "./ticket-error.ts";
import type { AuthenticTicket, VerifiedCache } from "./verified-cache.ts";

declare const proof: unique symbol;

/** A ticket that passed every check. Only this file makes one. */
export type VerifiedTicket = Ticket & { readonly [proof]: "verified" };

/** Why a ticket is not accepted, in the order in which the checks are made. */
export type Refusal =
  | "malformed"
  | "unknown-key"
  | "bad-signature"
  | "wrong-audience"
  | "wrong-address"
  | "unconfirmed-key"
  | "expired";

/** What each refusal means, in the words of the reference page. */
export const refusalTexts: Record<Refusal, string> = {
  malformed: "the text is no ticket",
  "unknown-key": "the ticket names a key that is not trusted here",
  "bad-signature": "no key trusted here made the signature",
  "wrong-audience": "the ticket is meant for other hosts",
  "wrong-address": "the ticket was issued to another client address",
  "unconfirmed-key": "the ticket is bound to a key that the client did not prove to hold",
  expired: "the ticket's time is over",
};

const checksInOrder = Object.keys(refusalTexts) as readonly Refusal[];

/** A ticket that may be believed, or the first check that it did not pass. */
export type Verification =
  | { readonly ok: true; readonly ticket: VerifiedTicket; readonly inGrace: boolean }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      /** What was refused although its signature is right: to say why, never to believe it. */
      readonly ticket?: Ticket;
    };

/** Pass in place of an address to accept a ticket from anywhere. */
export const anyClientAddress: unique symbol = Symbol("anyClientAddress");

/** Pass in place of a host to accept a ticket that is meant for any host. */
export const anyHost: unique symbol = Symbol("anyHost");

/** Pass in place of a key thumbprint to accept a bound ticket without its key. */
export const anyConfirmation: unique symbol = Symbol("anyConfirmation");

/** What is known of the moment and the request when a ticket is judged. */
export interface Circumstances {
  readonly now: EpochSeconds;
  readonly clientAddress: string | typeof anyClientAddress;
  /** The host name asked for, in lower case and without a port. */
  readonly host: string | typeof anyHost;
  /** Thumbprint of the key that the client has proved to hold; `undefined`: none. */
  readonly confirmedKey: string | undefined | typeof anyConfirmation;
}

/**
 * Checks, in this order: shape, key, signature, fields, audience, client address, bound key, time.
 * On old tickets this is the order of mod_auth_pubtkt. The grace period is no refusal: `inGrace`
 * tells of it. Whether `multifactor` and `tokens` suffice is the gateway's to decide.
 */
export function verifyTicket(
  text: string,
  keys: readonly VerificationKey[],
  at: Circumstances,
): Verification {
  const authentic = authenticate(text, keys);
  return typeof authentic === "string" ? refused[authentic] : judge(authentic.ticket, at);
}

/** Reads a ticket whose signature nobody has checked: to show it, never to believe it. */
export function readTicketUnverified(text: string): Ticket {
  return parsePayload(splitSignature(text).payload);
}

/** Verifies tickets with a fixed set of keys, remembering what it has verified before. */
export interface Verifier {
  /** As {@link verifyTicket}. Not cached. */
  verify(text: string, at: Circumstances): Verification;

  /** Verifies the still encoded value of a cookie or of another header. */
  verifyEncoded(value: string, at: Circumstances): Verification;

  /**
   * Verifies the cookies of that name in a `Cookie` header. Any valid one counts; if none is, the
   * refusal of the one that came furthest. `undefined`: there is no such cookie, or only empty ones.
   */
  verifyCookies(header: string, name: string, at: Circumstances): Verification | undefined;
}

/** Creates a verifier. Several verifiers, also with different keys, may share one cache. */
export function createVerifier(options: {
  readonly keys: readonly VerificationKey[];
  readonly cache?: VerifiedCache | undefined;
}): Verifier {
  const { keys, cache } = options;

  function verifyEncoded(value: string, at: Circumstances): Verification {
    const known = cache?.find(value, keys, at.now);
    if (known !== undefined) return judge(known.ticket, at);
    const text = tryDecodeTicket(value);
    if (text === undefined) return refused.malformed;
    const authentic = authenticate(text, keys);
    if (typeof authentic === "string") return refused[authentic];
    const verification = judge(authentic.ticket, at);
    // An expired ticket would only take the place of one that is still good for something.
    if (at.now <= authentic.ticket.validUntil) cache?.remember(value, text, authentic);
    return verification;
  }

  return {
    verify: (text, at) => verifyTicket(text, keys, at),
    verifyEncoded,
    verifyCookies(header, name, at) {
      let furthest: Verification | undefined;
      let found = nextCookieValue(header, name, 0);
      for (let count = 0; found !== undefined && count < maxCookiesOfOneName; count++) {
        const verification = verifyEncoded(found.value, at);
        if (verification.ok) return verification;
        if (furthest === undefined || isFurther(verification, furthest)) furthest = verification;
        found = nextCookieValue(header, name, found.end);
      }
      return furthest;
    },
  };
}

/** Shape, key, signature and fields: all that does not depend on who asks, from where and when. */
function authenticate(
  text: string,
  keys: readonly VerificationKey[],
): AuthenticTicket | "malformed" | "unknown-key" | "bad-signature" {
  try {
    const { payload, signature } = splitSignature(text);
    const bytes = decodeBase64(signature);
    if (bytes === undefined) return "malformed";
    const hint = keyIdHint(payload);
    let refusal: "unknown-key" | "bad-signature" = "unknown-key";
    for (const key of keys) {
      if (hint !== undefined && key.id !== hint) continue;
      if (isSignedBy(key, payload, bytes)) {
        return { ticket: parsePayload(payload, key.multifactor), key };
      }
      refusal = "bad-signature";
    }
    return refusal;
  } catch (error) {
    if (error instanceof TicketError) return "malformed";
    throw error;
  }
}

function judge(ticket: Ticket, at: Circumstances): Verification {
  if (!isMeantFor(ticket, at.host)) return { ok: false, refusal: "wrong-audience", ticket };
  if (!comesFrom(ticket, at.clientAddress)) return { ok: false, refusal: "wrong-address", ticket };
  if (!isConfirmed(ticket, at.confirmedKey)) {
    return { ok: false, refusal: "unconfirmed-key", ticket };
  }
  // Also where the clock gives no number.
  if (!(at.now <= ticket.validUntil)) return { ok: false, refusal: "expired", ticket };
  const inGrace = ticket.graceAfter !== undefined && at.now > ticket.graceAfter;
  return { ok: true, ticket: ticket as VerifiedTicket, inGrace };
}

function isMeantFor(ticket: Ticket, host: Circumstances["host"]): boolean {
  return ticket.audience.length === 0 || host === anyHost || ticket.audience.includes(host);
}

function comesFrom(ticket: Ticket, address: Circumstances["clientAddress"]): boolean {
  if (ticket.clientAddress === undefined || address === anyClientAddress) return true;
  return ticket.clientAddress === address || isSameAddress(ticket.clientAddress, address);
}

function isConfirmed(ticket: Ticket, key: Circumstances["confirmedKey"]): boolean {
  if (ticket.confirmationKey === undefined || key === anyConfirmation) return true;
  return ticket.confirmationKey === key;
}

function isFurther(one: Verification, other: Verification): boolean {
  if (one.ok || other.ok) return false;
  return checksInOrder.indexOf(one.refusal) > checksInOrder.indexOf(other.refusal);
}

const refused = Object.fromEntries(
  checksInOrder.map((refusal) => [refusal, { ok: false, refusal }] as const),
) as Record<Refusal, { readonly ok: false; readonly refusal: Refusal }>;
