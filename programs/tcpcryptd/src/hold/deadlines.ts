/** Things and when to look at each again, to within one grain of time. */
export class Deadlines<T> {
  readonly #grainMs: number;
  readonly #slots = new Map<number, Set<T>>();
  readonly #slotOf = new Map<T, number>();
  /** At or before the first slot: asked at every packet, and there are hundreds of slots. */
  #first = Number.POSITIVE_INFINITY;

  constructor(grainMs: number) {
    this.#grainMs = grainMs;
  }

  /** Puts `thing` at a time, instead of where it was; `undefined`: nowhere. */
  set(thing: T, at: number | undefined): void {
    const before = this.#slotOf.get(thing);
    const slot = at === undefined ? undefined : Math.ceil(at / this.#grainMs);
    if (before === slot) return;
    if (before !== undefined) this.#leave(thing, before);
    if (slot === undefined) return;
    this.#slotOf.set(thing, slot);
    this.#first = Math.min(this.#first, slot);
    const things = this.#slots.get(slot);
    if (things === undefined) this.#slots.set(slot, new Set([thing]));
    else things.add(thing);
  }

  /** Takes out what is due. */
  take(now: number): readonly T[] {
    if (this.#first * this.#grainMs > now) return [];
    const due = [...this.#slots.keys()].filter((slot) => slot * this.#grainMs <= now);
    const things = due
      .toSorted((a, b) => a - b)
      .flatMap((slot) => [...(this.#slots.get(slot) ?? [])]);
    for (const thing of things) this.set(thing, undefined);
    return things;
  }

  /** The earliest time at which {@link take} gives anything. */
  get next(): number | undefined {
    if (!this.#slots.has(this.#first)) {
      this.#first = [...this.#slots.keys()].reduce(
        (first, slot) => Math.min(first, slot),
        Number.POSITIVE_INFINITY,
      );
    }
    return this.#slots.size === 0 ? undefined : this.#first * this.#grainMs;
  }

  #leave(thing: T, slot: number): void {
    this.#slotOf.delete(thing);
    const things = this.#slots.get(slot);
    things?.delete(thing);
    if (things?.size === 0) this.#slots.delete(slot);
  }
}
