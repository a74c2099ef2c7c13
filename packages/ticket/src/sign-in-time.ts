import type { EpochSeconds, Ticket } from "./ticket.ts";

/**
 * When the sign-in that a ticket descends from began: a `sid` starts with it, in base 36, before a
 * `-`. `undefined` for tickets of other issuers, and for a time after that of the ticket.
 */
export function signInTime({ signInId = "", issuedAt }: Ticket): EpochSeconds | undefined {
  const digits = /^([0-9a-z]{1,8})-[A-Za-z0-9_-]{12}$/.exec(signInId)?.[1];
  if (digits === undefined || issuedAt === undefined) return undefined;
  const began = Number.parseInt(digits, 36);
  return began <= issuedAt ? began : undefined;
}
