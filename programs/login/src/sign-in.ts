import { randomBytes } from "node:crypto";
import { type EpochSeconds, signInTime, type Ticket } from "@countersign/ticket";

/** One person's stay at the login server: what all tickets after one password have in common. */
export interface SignIn {
  /** When it began, in base 36, and 72 random bits: nobody has to guess it, only to tell it apart. */
  readonly id: string;
  readonly began: EpochSeconds;
}

/** The sign-in of someone who has just given the right password. */
export function beginSignIn(now: EpochSeconds): SignIn {
  return { id: `${now.toString(36)}-${randomBytes(9).toString("base64url")}`, began: now };
}

/**
 * The sign-in that a ticket comes from. The signature vouches for it, so the server need remember
 * nothing. `undefined` for a ticket such as other issuers of the same key write.
 */
export function signInOf(ticket: Ticket): SignIn | undefined {
  const began = signInTime(ticket);
  const { signInId: id } = ticket;
  return began === undefined || id === undefined ? undefined : { id, began };
}
