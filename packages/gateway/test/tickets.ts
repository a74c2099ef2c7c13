import {
  createIssuer,
  createVerifier,
  encodeTicket,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  type VerifiedTicket,
  verificationKeyOf,
} from "@countersign/ticket";
import type { Visit } from "../src/visit/visit.ts";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const issuer = createIssuer(key);

/** Trusts the key of {@link cookieWith}. */
export const verifier = createVerifier({ keys: [verificationKeyOf(key)] });

/** Tickets are issued for this moment. */
export const now = 1000;

/** A Cookie header with a ticket of ada's that is valid for 100 seconds, unless it says otherwise. */
export function cookieWith(fields: Partial<TicketFields> = {}): string {
  return `auth_pubtkt=${encodeTicket(issuer.issue({ uid: "ada", validUntil: now + 100, ...fields }))}`;
}

/** The same ticket, verified. */
export function verified(fields: Partial<TicketFields> = {}): VerifiedTicket {
  const verification = verifier.verifyCookies(cookieWith(fields), "auth_pubtkt", {
    now,
    clientAddress: "192.0.2.7",
    host: "wiki.example.com",
    confirmedKey: undefined,
  });
  if (verification?.ok !== true) throw new Error("expected a valid ticket");
  return verification.ticket;
}

/** A GET of `https://wiki.example.com/page` without a ticket, unless it says otherwise. */
export function visitWith(facts: Partial<Visit> = {}): Visit {
  return {
    method: "GET",
    httpVersion: "1.1",
    scheme: "https",
    host: "wiki.example.com",
    target: "/page",
    clientAddress: "192.0.2.7",
    cookies: undefined,
    wants: "page",
    ...facts,
  };
}
