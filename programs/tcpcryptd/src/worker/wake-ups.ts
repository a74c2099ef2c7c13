/** Something that wants to be woken at some time. */
export interface Sleeper {
  wake(now: number): void;
}

export interface Timekeeper {
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** Calls `ring` once, later; gives what cancels it. Keeps no process alive. */
  after(milliseconds: number, ring: () => void): () => void;
}

/** Deadlines are seconds away, so that being late by this much does no harm. */
const slotMilliseconds = 100;

/**
 * One timer for all connections. A sleeper is woken once, never early, and at most one slot late;
 * while nobody waits, no timer runs.
 */
export class WakeUps {
  readonly #time: Timekeeper;
  readonly #slots = new Map<number, Set<Sleeper>>();
  readonly #slotOf = new Map<Sleeper, number>();
  #next = Number.POSITIVE_INFINITY;
  #cancel: () => void = () => {};

  constructor(time: Timekeeper) {
    this.#time = time;
  }

  /** Wakes `sleeper` at `time`, and no more at the time said before. */
  at(time: number, sleeper: Sleeper): void {
    const slot = Math.ceil(time / slotMilliseconds);
    if (this.#slotOf.get(sleeper) === slot) return;
    this.forget(sleeper);
    this.#slotOf.set(sleeper, slot);
    const sleepers = this.#slots.get(slot);
    if (sleepers === undefined) this.#slots.set(slot, new Set([sleeper]));
    else sleepers.add(sleeper);
    if (slot < this.#next) this.#arm(slot);
  }

  forget(sleeper: Sleeper): void {
    const slot = this.#slotOf.get(sleeper);
    if (slot === undefined) return;
    this.#slotOf.delete(sleeper);
    const sleepers = this.#slots.get(slot);
    sleepers?.delete(sleeper);
    if (sleepers?.size === 0) this.#slots.delete(slot);
  }

  /** How many wait. */
  get size(): number {
    return this.#slotOf.size;
  }

  #arm(slot: number): void {
    this.#cancel();
    this.#next = slot;
    const wait = Math.max(0, slot * slotMilliseconds - this.#time.now());
    this.#cancel = this.#time.after(wait, () => this.#ring());
  }

  #ring(): void {
    this.#next = Number.POSITIVE_INFINITY;
    const now = this.#time.now();
    for (const [slot, sleepers] of [...this.#slots]) {
      if (slot * slotMilliseconds > now) continue;
      // A copy: whoever is woken may go to sleep again, or make others forget.
      for (const sleeper of [...sleepers]) {
        if (this.#slotOf.get(sleeper) !== slot) continue;
        this.forget(sleeper);
        sleeper.wake(now);
      }
    }
    let earliest = Number.POSITIVE_INFINITY;
    for (const slot of this.#slots.keys()) earliest = Math.min(earliest, slot);
    if (earliest < this.#next) this.#arm(earliest);
  }
}
