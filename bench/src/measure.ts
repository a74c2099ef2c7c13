/** Performs a batch of operations and answers how many there were. */
export type Batch = () => number;

/** One side against the other, from rounds that alternated. Ratios are ours divided by the peer's. */
export interface Comparison {
  /** Operations per second, median over the rounds. */
  readonly ours: number;
  readonly peer: number;
  readonly ratio: Spread;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

const rounds = 9;
const slicesPerRound = 20;
const sliceMilliseconds = 20;

/**
 * Runs both sides in turn, after a warm-up of each. A round is made of short slices of one side and
 * the other, so that what disturbs the machine for longer disturbs both.
 */
export function compare(ours: Batch, peer: Batch): Comparison {
  roundOf([ours, peer]);
  return comparisonOf(
    Array.from({ length: rounds }, () => {
      const [oursPerSecond = 0, peerPerSecond = 0] = roundOf([ours, peer]);
      return { ours: oursPerSecond, peer: peerPerSecond };
    }),
  );
}

/** Puts pairs of rates that were measured elsewhere in the same form. */
export function comparisonOf(
  pairs: readonly { readonly ours: number; readonly peer: number }[],
): Comparison {
  return {
    ours: spreadOf(pairs.map(({ ours }) => ours)).median,
    peer: spreadOf(pairs.map(({ peer }) => peer)).median,
    ratio: spreadOf(pairs.map(({ ours, peer }) => ours / peer)),
  };
}

/** Operations per second of one side alone, over the same number of rounds. */
export function rateOf(batch: Batch): Spread {
  roundOf([batch]);
  return spreadOf(Array.from({ length: rounds }, () => roundOf([batch])[0] ?? 0));
}

const batchSize = 16;

/** Takes the elements round and round, some in a batch. */
export function roundRobin<T>(elements: readonly T[], use: (element: T) => void): Batch {
  let next = 0;
  return () => {
    for (let count = 0; count < batchSize; count++) {
      const element = elements[next++ % elements.length];
      if (element !== undefined) use(element);
    }
    return batchSize;
  };
}

/** Keeps a benchmark from measuring refusals. */
export function expectOk(isOk: boolean | undefined): void {
  if (isOk !== true) throw new Error("a ticket or token of the benchmark was refused");
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
  return { median: at(0.5), min: at(0), max: at(1) };
}

/** Operations per second of each side over one round. */
function roundOf(sides: readonly Batch[]): number[] {
  const totals = sides.map((batch) => ({ batch, count: 0, milliseconds: 0 }));
  for (let slice = 0; slice < slicesPerRound; slice++) {
    for (const total of totals) {
      const start = performance.now();
      let elapsed = 0;
      while (elapsed < sliceMilliseconds) {
        total.count += total.batch();
        elapsed = performance.now() - start;
      }
      total.milliseconds += elapsed;
    }
  }
  return totals.map(({ count, milliseconds }) => (count / milliseconds) * 1000);
}
