/** What a watchdog knows; times are milliseconds of a clock that only goes forward. */
export interface Watch {
  /** When the supervisor was last heard. */
  readonly heardAt: number;
  readonly lookedAt: number;
}

/** wait: all is well. kill: the supervisor hangs. end: there is nobody to watch any more. */
export type WatchVerdict = "wait" | "kill" | "end";

/** How often the watchdog looks, and how often the supervisor is heard. */
export const lookMs = 100;
export const beatMs = 300;
/** A supervisor that is silent for so long hangs; together with one look less than 2 seconds. */
export const silentMs = 1500;
/** A look that comes so much later than it should: the watchdog itself did not run meanwhile. */
const lateMs = 300;

/** The watchdog heard something. */
export function heard(watch: Watch, now: number): Watch {
  return { ...watch, heardAt: now };
}

/** One look. `parent` is whose child the watchdog is now, `supervisor` whose it was at first. */
export function look(
  watch: Watch,
  { now, parent, supervisor }: { now: number; parent: number; supervisor: number },
): { readonly next: Watch; readonly verdict: WatchVerdict } {
  // Its number may belong to somebody else by now.
  if (parent !== supervisor) return { next: watch, verdict: "end" };
  const gap = now - watch.lookedAt;
  // The machine was asleep, or very busy: perhaps the supervisor did not run either.
  const missed = gap > lookMs + lateMs ? gap - lookMs : 0;
  const heardAt = Math.min(now, watch.heardAt + missed);
  const next = { heardAt, lookedAt: now };
  return { next, verdict: now - heardAt >= silentMs ? "kill" : "wait" };
}
