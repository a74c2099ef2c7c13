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
import type { Allow } from "../src/decision/decision.ts";
import { createPolicy, type Policy, type PolicyOptions } from "../src/policy/policy.ts";
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

/** The policy of a place in `https://wiki.example.com`. */
export function policyWith(options: PolicyOptions = {}): Policy {
  return createPolicy({ origin: "https://wiki.example.com", verifier }, options);
}

/** A visit of ada's that may pass. */
export function allowed(fields: Partial<TicketFields> = {}): Allow {
  return {
    kind: "allow",
    ticket: verified(fields),
    policy: policyWith(),
    cacheSeconds: 0,
    authorization: undefined,
    cookies: undefined,
    assertion: undefined,
    renewal: undefined,
  };
}

/** The facts of a visit, with its headers as an object, and its Cookie header apart. */
export interface VisitFacts extends Partial<Omit<Visit, "headers">> {
  readonly cookies?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A page of `https://wiki.example.com/page` is asked for without a ticket, unless it says otherwise. */
export function visitWith({ cookies, headers, ...facts }: VisitFacts = {}): Visit {
  const cookie = cookies === undefined ? {} : { cookie: cookies };
  return {
    method: "GET",
    httpVersion: "1.1",
    scheme: "https",
    host: "wiki.example.com",
    target: "/page",
    clientAddress: "192.0.2.7",
    oddHeaderNames: [],
    headers: new Map(Object.entries({ accept: "text/html", ...cookie, ...headers })),
    ...facts,
  };
}
