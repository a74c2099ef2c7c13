import {
  allowLegacySignatures,
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
import type { SignIn } from "./sign-in.ts";

/** The moment and the place of a request. */
export interface Occasion {
  readonly now: EpochSeconds;
  readonly clientAddress: string | undefined;
}

/** Issues ticket cookies and reads them back. */
export interface Tickets {
  /**
   * The `Set-Cookie` value with a new ticket, which is not valid beyond the end of its sign-in.
   *
   * @throws {LoginError} `no-client-address`. @throws {TicketError} `too-long`.
   */
  issue(person: Person, signIn: SignIn, occasion: Occasion): string;
  /** When the sign-in has lasted as long as it may; the password is asked for again then. */
  endOf(signIn: SignIn, person: Person): EpochSeconds;
  /** `undefined`: the browser sent no ticket. */
  read(cookieHeader: string, occasion: Occasion): Verification | undefined;
  /** The `Set-Cookie` value that ends the sign-in in this browser. */
  readonly clearCookie: string;
}

type TicketSettings = Pick<LoginSettings, "cookie" | "publicUrl" | "ticket">;

/** Creates the issuer of one signing key, and the verifier of its tickets and those of earlier keys. */
export function createTickets(
  key: SigningKey,
  { cookie, publicUrl, ticket }: TicketSettings,
  earlierKeys: readonly VerificationKey[] = [],
): Tickets {
  const issuer = createIssuer(key);
  const verifier = createVerifier({ keys: [verificationKeyOf(key), ...earlierKeys] });
  const attributes = { ...cookie, path: "/", sameSite: "Lax" } as const;
  const host = new URL(publicUrl).hostname;
  const lifetimeOf = (person: Person) => person.lifetimeSeconds ?? ticket.lifetimeSeconds;
  const endOf = (signIn: SignIn, person: Person) =>
    signIn.began + Math.max(ticket.maxSignInSeconds, lifetimeOf(person));

  return {
    issue(person, signIn, { now, clientAddress }) {
      if (ticket.bindClientAddress && clientAddress === undefined) {
        throw new LoginError("no-client-address");
      }
      const validUntil = Math.min(now + lifetimeOf(person), endOf(signIn, person));
      // More than half would send a fresh ticket straight back to be renewed.
      const half = Math.floor((validUntil - now) / 2);
      const grace = Math.min(person.graceSeconds ?? ticket.graceSeconds, half);
      const text = issuer.issue({
        uid: person.name,
        validUntil,
        graceAfter: validUntil - grace,
        tokens: person.tokens,
        // Tickets from before the last change of the password, even within one second, end with it.
        issuedAt: Math.max(now, (person.credentialsChangedAt ?? 0) + 1),
        signInId: signIn.id,
        clientAddress: ticket.bindClientAddress ? clientAddress : undefined,
      });
      return writeTicketCookie(text, attributes);
    },
    read: (cookieHeader, { now, clientAddress }) =>
      verifier.verifyCookies(cookieHeader, cookie.name, {
        now,
        // No address is like none: a bound ticket is then refused, never waved through.
        clientAddress: clientAddress ?? "",
        host,
        // Nothing here proves that the browser holds a key.
        confirmedKey: undefined,
      }),
    endOf,
    clearCookie: clearTicketCookie(attributes),
  };
}

/** How a key is to be used: what the settings say about it. */
export type KeyUse = Pick<LoginSettings, "digest" | "compatibility">;

/**
 * Reads the signing key's text.
 *
 * @throws {LoginError} `bad-key`
 */
export function readSigningKey(text: string, use: KeyUse): SigningKey {
  if (isPublicKey(text)) {
    throw new LoginError("bad-key", "signingKey (this is a public key; name the private one)");
  }
  return orBadKey("signingKey", () => importPrivateKey(text, optionsOf(use)));
}

function isPublicKey(text: string): boolean {
  try {
    importPublicKey(text, { legacy: allowLegacySignatures });
    return true;
  } catch (error) {
    if (error instanceof TicketError) return false;
    throw error;
  }
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
