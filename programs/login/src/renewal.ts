import type { EpochSeconds, VerifiedTicket } from "@countersign/ticket";
import type { Person } from "./backend.ts";
import { type SignIn, signInOf } from "./sign-in.ts";
import type { Tickets } from "./tickets.ts";

/** Why a valid ticket gets no successor. */
export type RenewalRefusal =
  | "restricted-ticket"
  | "unknown-sign-in"
  | "user-not-allowed"
  | "password-changed"
  | "sign-in-too-old";

/** The sign-in and the person that a new ticket is for, or why there is none. */
export type Renewal =
  | { readonly ok: true; readonly signIn: SignIn; readonly person: Person }
  | { readonly ok: false; readonly refusal: RenewalRefusal };

/** What a renewal is judged by. */
export interface RenewalFacts {
  readonly ticket: VerifiedTicket;
  readonly inGrace: boolean;
  /** Who has the ticket's name now; `undefined`: nobody who may sign in. */
  readonly person: Person | undefined;
  readonly now: EpochSeconds;
}

/** Judges whether a valid ticket may have a successor, which carries all of the person's rights. */
export function judgeRenewal(facts: RenewalFacts, { endOf }: Pick<Tickets, "endOf">): Renewal {
  const { ticket, inGrace, person, now } = facts;
  if (isRestricted(ticket)) return refuse("restricted-ticket");
  const signIn = signInOf(ticket);
  if (signIn === undefined) return refuse("unknown-sign-in");
  if (person === undefined) return refuse("user-not-allowed");
  if (isOutdated(ticket, person)) return refuse("password-changed");
  const end = endOf(signIn, person);
  // The last ticket's grace period is the time to ask for the password, before a form is lost.
  if (now >= end || (inGrace && ticket.validUntil >= end)) return refuse("sign-in-too-old");
  return { ok: true, signIn, person };
}

/** We write no such ticket, and its successor would be good for more than it was. */
function isRestricted({ audience, confirmationKey }: VerifiedTicket): boolean {
  return audience.length > 0 || confirmationKey !== undefined;
}

/** Whoever stole a password or a ticket before the change must not live on through renewals. */
function isOutdated(ticket: VerifiedTicket, { credentialsChangedAt }: Person): boolean {
  return credentialsChangedAt !== undefined && (ticket.issuedAt ?? 0) <= credentialsChangedAt;
}

function refuse(refusal: RenewalRefusal): Renewal {
  return { ok: false, refusal };
}
