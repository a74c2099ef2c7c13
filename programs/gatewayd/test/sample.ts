import type { ContractSettings, ContractVisit } from "@countersign/testing/kit/adapter-visit.ts";
import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  type TicketFields,
  verificationKeyOf,
} from "@countersign/ticket";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));

/** The moment of every visit in these tests. */
export const now = 1_800_000_000;

/** One site with nothing but a login URL. */
export const sample: ContractSettings = {
  sites: [{ origin: "http://wiki.example.com", loginUrl: "https://sso.example.com/login" }],
  publicKey: exportPublicPem(verificationKeyOf(key)),
  now,
};

/** A valid ticket of ada's for it, unless it says otherwise, as a Cookie header. */
export function cookieWith(fields: Partial<TicketFields>): string {
  const ticket = createIssuer(key).issue({ uid: "ada", validUntil: now + 100, ...fields });
  return `auth_pubtkt=${encodeTicket(ticket)}`;
}

/** A valid ticket of ada's for it, as a Cookie header. */
export const cookies = cookieWith({});

/** A visit to it with that ticket. */
export const visit: ContractVisit = {
  host: "wiki.example.com",
  method: "GET",
  httpVersion: "1.1",
  target: "/page?secret=1",
  clientAddress: "192.0.2.7",
  headers: { accept: "text/html" },
  cookies,
};
