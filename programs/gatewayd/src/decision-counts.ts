import type { Decision } from "@countersign/gateway";
import { createDurationCounts, type DurationCounts } from "./duration-counts.ts";

/** What was decided, how often, and how long it took. */
export interface DecisionCounts {
  count(kind: Decision["kind"], reason: string, seconds: number): void;
  /** `reason` is empty where there is none. */
  entries(): Iterable<{
    readonly kind: Decision["kind"];
    readonly reason: string;
    readonly count: number;
  }>;
  readonly durations: DurationCounts;
}

// A ticket from the cache takes some microseconds, a new one up to a millisecond.
const boundsInSeconds = [
  5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 1e-1,
];

/** Plain counters: nobody waits for a metrics library while a visitor waits. */
export function createDecisionCounts(): DecisionCounts {
  const durations = createDurationCounts(boundsInSeconds);
  // Kinds and reasons are words of ours, so that there are only so many.
  const counts = new Map<Decision["kind"], Map<string, number>>();
  return {
    durations,
    count(kind, reason, seconds) {
      durations.observe(seconds);
      let ofKind = counts.get(kind);
      if (ofKind === undefined) {
        ofKind = new Map();
        counts.set(kind, ofKind);
      }
      ofKind.set(reason, (ofKind.get(reason) ?? 0) + 1);
    },
    *entries() {
      for (const [kind, reasons] of counts) {
        for (const [reason, count] of reasons) yield { kind, reason, count };
      }
    },
  };
}
