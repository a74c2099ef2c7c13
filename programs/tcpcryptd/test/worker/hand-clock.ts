import type { Timekeeper } from "../../src/worker/wake-ups.ts";

/** A clock that goes on when it is told to. */
export class HandClock implements Timekeeper {
  #now = 1000;
  #rings: { at: number; ring: () => void }[] = [];

  readonly now = (): number => this.#now;

  readonly after = (milliseconds: number, ring: () => void): (() => void) => {
    const alarm = { at: this.#now + milliseconds, ring };
    this.#rings.push(alarm);
    return () => {
      this.#rings = this.#rings.filter((each) => each !== alarm);
    };
  };

  /** How many timers run. */
  get timers(): number {
    return this.#rings.length;
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    while (true) {
      const next = this.#rings.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = Math.max(this.#now, next.at);
      this.#rings = this.#rings.filter((each) => each !== next);
      next.ring();
    }
    this.#now = end;
  }
}
