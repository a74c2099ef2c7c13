import type { FoundPlace, Place } from "./place.ts";

/** Places that lie in one another, the outermost first, and what they say together. */
export interface Chain<P extends Place, Policy> {
  readonly found: FoundPlace<Policy>;
  /** The same with one more place inside. */
  with(place: P): Chain<P, Policy>;
}

/** Chains that begin with one place; the same places make the same chain as long as it is kept. */
export interface Chains<P extends Place, Policy> {
  readonly start: Chain<P, Policy>;
}

/** More than sites have places; visits decide which conditions hold together. */
const maxChains = 20_000;

/** Combines each chain when a visit first needs it. */
export function createChains<P extends Place, Policy>(
  root: P,
  combine: (chain: readonly P[]) => Policy,
): Chains<P, Policy> {
  let made = 0;

  function createChain(places: readonly P[]): Chain<P, Policy> {
    const longer = new Map<P, Chain<P, Policy>>();
    let found: FoundPlace<Policy> | undefined;
    return {
      get found() {
        found ??= { place: places.at(-1) ?? root, policy: combine(places) };
        return found;
      },
      with(place) {
        const known = longer.get(place);
        if (known !== undefined) return known;
        const chain = createChain([...places, place]);
        made += 1;
        if (made <= maxChains) longer.set(place, chain);
        return chain;
      },
    };
  }

  return { start: createChain([root]) };
}
