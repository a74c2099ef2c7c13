import type { EpochSeconds } from "@countersign/ticket";
import { type DestinationStream, pino } from "pino";
import type { AuthenticationRefusal } from "./backend.ts";
import type { LoginErrorCode } from "./login-error.ts";
import type { RenewalRefusal } from "./renewal.ts";
import type { ThrottleLimits } from "./throttle.ts";

/** What the audit log tells of. */
export type AuditEvent =
  | "sign-in"
  | "sign-in-refused"
  | "sign-in-throttled"
  | "renewal"
  | "renewal-refused"
  | "sign-out"
  | "forged-form"
  | "failure";

/** What each event means, in the words of the reference page. */
export const auditEventTexts: Record<AuditEvent, string> = {
  "sign-in": "somebody signed in with name and password",
  "sign-in-refused": "a name and password were refused",
  "sign-in-throttled": "an attempt was one too many; its password was not looked at",
  renewal: "a ticket got a successor without a password",
  "renewal-refused": "a valid ticket got no successor",
  "sign-out": "somebody signed out",
  "forged-form": "a form did not come from one of our pages in the same browser; nothing was done",
  failure:
    "a request could not be answered; the reason is the code of a `LoginError`, if it was one",
};

/** Why an event came about. */
export type AuditReason =
  | AuthenticationRefusal
  | keyof ThrottleLimits
  | RenewalRefusal
  | "foreign-origin"
  | "bad-token"
  | LoginErrorCode
  | "unexpected";

/** What each reason means, in the words of the reference page; errors have texts of their own. */
export const auditReasonTexts: Record<Exclude<AuditReason, LoginErrorCode>, string> = {
  "unknown-user": "there is no user of that name",
  "wrong-password": "the password does not match",
  disabled: "the user may not sign in",
  perUser: "too many failures for the name",
  perAddress: "too many failures from the network",
  perIpv6Prefix: "too many failures from the /48 of IPv6",
  global: "too many failures in all",
  "restricted-ticket":
    "the ticket is meant for single hosts or bound to a key; we issue no such ticket",
  "unknown-sign-in": "the ticket does not tell when its sign-in began",
  "user-not-allowed": "the user is gone or disabled",
  "password-changed": "the user's password was changed after the ticket was issued",
  "sign-in-too-old": "the sign-in has lasted as long as it may; the password is asked for again",
  "foreign-origin": "the browser says that another site sent the form",
  "bad-token": "the form's token is missing, too old, or another browser's",
  unexpected: "a mistake in Countersign itself; the program's own log has more",
};

/** One line of the audit log. It has no place for a ticket or a password. */
export interface AuditEntry {
  readonly event: AuditEvent;
  /** A name that is known to exist; anything else that was typed in stays out. */
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly reason?: AuditReason | undefined;
  readonly signInId?: string | undefined;
}

/** Writes the audit log. */
export type Audit = (entry: AuditEntry) => void;

/** One JSON object per line, its time first. */
export function createAudit(destination: DestinationStream, now: () => EpochSeconds): Audit {
  const lines = pino(
    {
      base: null,
      // Without a level the time is the first member, so it takes no comma.
      timestamp: () => `"time":"${new Date(now() * 1000).toISOString()}"`,
      formatters: { level: () => ({}) },
    },
    destination,
  );
  return ({ event, user = "unknown", address = "unknown", reason, signInId }) =>
    lines.info({ event, user, address, reason, signInId });
}
