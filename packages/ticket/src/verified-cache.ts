import type { VerificationKey } from "./crypto.ts";
import type { EpochSeconds, Ticket } from "./ticket.ts";

/** A ticket whose signature and fields were checked, with the key that proved it. */
export interface AuthenticTicket {
  readonly ticket: Ticket;
  readonly key: VerificationKey;
}

/**
 * Remembers authentic tickets. What it answers is as good as checking again: an entry is found
 * only by the exact text that was verified, and only for a caller who trusts the key that
 * verified it, with the same digest, and reads its tickets in the same way. It may forget at any time.
 */
export interface VerifiedCache {
  /** Looks a still encoded value up. A ticket whose time is over is given a last time. */
  find(
    value: string,
    trusted: readonly VerificationKey[],
    now: EpochSeconds,
  ): AuthenticTicket | undefined;

  /** Keeps a ticket that is still valid; `text` is `value` decoded. */
  remember(value: string, text: string, authentic: AuthenticTicket): void;

  readonly entries: number;
  /** What it holds of memory, in bytes: an estimate. */
  readonly bytes: number;
}

/** Whether `key` is among `trusted`. */
export function isTrusted(key: VerificationKey, trusted: readonly VerificationKey[]): boolean {
  for (const candidate of trusted) if (isSameKey(candidate, key)) return true;
  return false;
}

/**
 * Whether both are the same key, with the same algorithm, whose tickets are read in the same way:
 * what a cached answer may be reused for.
 */
export function isSameKey(one: VerificationKey, other: VerificationKey): boolean {
  if (one === other) return true;
  const { id, algorithm, multifactor } = one;
  return id === other.id && algorithm === other.algorithm && multifactor === other.multifactor;
}
