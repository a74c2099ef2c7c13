import { randomBytes } from "node:crypto";
import {
  allowLegacySignatures,
  anyConfirmation,
  anyHost,
  clearTicketCookie,
  createIssuer,
  createVerifier,
  type EpochSeconds,
  importPrivateKey,
  importPublicKey,
  type KeyOptions,
  type SigningKey,
  TicketError,
  type Verification,
  type VerificationKey,
  verificationKeyOf,
  writeTicketCookie,
} from "@countersign/ticket";
import type { Person } from "./backend.ts";
import { LoginError } from "./login-error.ts";
import type { LoginSettings } from "./settings.ts";

/** The moment and the place of a request. */
export interface Occasion {
  readonly now: EpochSeconds;
  readonly clientAddress: string | undefined;
}

/** Issues ticket cookies and reads them back. */
export interface Tickets {
  /**
   * The `Set-Cookie` value with a new ticket. A renewal keeps the sign-in id of the ticket before.
   *
   * @throws {LoginError} `no-client-address`. @throws {TicketError} `too-long`.
   */
  issue(person: Person, signInId: string, occasion: Occasion): string;
  /** `undefined`: the browser sent no ticket. */
  read(cookieHeader: string, occasion: Occasion): Verification | undefined;
  /** The `Set-Cookie` value that ends the sign-in in this browser. */
  readonly clearCookie: string;
}

type TicketSettings = Pick<LoginSettings, "cookie" | "ticket">;

/** Creates the issuer of one signing key, and the verifier of its tickets and those of earlier keys. */
export function createTickets(
  key: SigningKey,
  { cookie, ticket }: TicketSettings,
  earlierKeys: readonly VerificationKey[] = [],
): Tickets {
  const issuer = createIssuer(key);
  const verifier = createVerifier({ keys: [verificationKeyOf(key), ...earlierKeys] });
  const attributes = { ...cookie, path: "/", sameSite: "Lax" } as const;

  return {
    issue(person, signInId, { now, clientAddress }) {
      if (ticket.bindClientAddress && clientAddress === undefined) {
        throw new LoginError("no-client-address");
      }
      const lifetime = person.lifetimeSeconds ?? ticket.lifetimeSeconds;
      // More than half would send a fresh ticket straight back to be renewed.
      const grace = Math.min(person.graceSeconds ?? ticket.graceSeconds, Math.floor(lifetime / 2));
      const text = issuer.issue({
        uid: person.name,
        validUntil: now + lifetime,
        graceAfter: now + lifetime - grace,
        tokens: person.tokens,
        issuedAt: now,
        signInId,
        clientAddress: ticket.bindClientAddress ? clientAddress : undefined,
      });
      return writeTicketCookie(text, attributes);
    },
    read: (cookieHeader, { now, clientAddress }) =>
      verifier.verifyCookies(cookieHeader, cookie.name, {
        now,
        // No address is like none: a bound ticket is then refused, never waved through.
        clientAddress: clientAddress ?? "",
        host: anyHost,
        confirmedKey: anyConfirmation,
      }),
    clearCookie: clearTicketCookie(attributes),
  };
}

/** Names one sign-in. 72 random bits: nobody has to guess it, it only has to be unique. */
export function newSignInId(): string {
  return randomBytes(9).toString("base64url");
}

/** How a key is to be used: what the settings say about it. */
export type KeyUse = Pick<LoginSettings, "digest" | "compatibility">;

/**
 * Reads the signing key's text.
 *
 * @throws {LoginError} `bad-key`
 */
export function readSigningKey(text: string, use: KeyUse): SigningKey {
  return orBadKey("signingKey", () => importPrivateKey(text, optionsOf(use)));
}

/**
 * Reads the text of a public key that `file` holds.
 *
 * @throws {LoginError} `bad-key`
 */
export function readEarlierKey(file: string, text: string, use: KeyUse): VerificationKey {
  return orBadKey(`earlierKeys (${file})`, () => importPublicKey(text, optionsOf(use)));
}

function optionsOf({ digest, compatibility }: KeyUse): KeyOptions {
  return { digest, legacy: compatibility === undefined ? undefined : allowLegacySignatures };
}

function orBadKey<Key>(setting: string, read: () => Key): Key {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TicketError)) throw error;
    throw new LoginError("bad-key", `${setting} (${error.message})`, { cause: error });
  }
}
