import { randomBytes } from "node:crypto";
import type { EpochSeconds, Ticket } from "@countersign/ticket";

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
export function signInOf({ signInId: id = "", issuedAt }: Ticket): SignIn | undefined {
  const digits = /^([0-9a-z]{1,8})-[A-Za-z0-9_-]{12}$/.exec(id)?.[1];
  if (digits === undefined || issuedAt === undefined) return undefined;
  const began = Number.parseInt(digits, 36);
  return began <= issuedAt ? { id, began } : undefined;
}
