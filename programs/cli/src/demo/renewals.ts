import type { EpochSeconds } from "@countersign/ticket";

/** Counts how often the tickets of each sign-in were renewed, as far as the sites have seen. */
export interface Renewals {
  /** The count by now, with this ticket. */
  see(signInId: string, issuedAt: EpochSeconds): number;
}

// Of more sign-ins at a time the oldest are forgotten.
const maxSignIns = 1_000;

/** Counts in memory. */
export function createRenewals(): Renewals {
  const seen = new Map<string, { issuedAt: EpochSeconds; count: number }>();
  return {
    see(signInId, issuedAt) {
      const last = seen.get(signInId) ?? { issuedAt, count: 0 };
      const count = last.count + (issuedAt > last.issuedAt ? 1 : 0);
      seen.set(signInId, { issuedAt: Math.max(issuedAt, last.issuedAt), count });
      if (seen.size > maxSignIns) seen.delete(seen.keys().next().value ?? signInId);
      return count;
    },
  };
}
