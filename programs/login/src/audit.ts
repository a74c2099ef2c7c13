import type { EpochSeconds } from "@countersign/ticket";
import { type DestinationStream, pino } from "pino";

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

/** One line of the audit log. It has no place for a ticket or a password. */
export interface AuditEntry {
  readonly event: AuditEvent;
  /** A name that is known to exist; anything else that was typed in stays out. */
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly reason?: string | undefined;
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
