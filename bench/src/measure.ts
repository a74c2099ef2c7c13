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

const rounds = 7;
const roundMilliseconds = 400;

/**
 * Runs both sides in turn, after a warm-up of each, so that what disturbs the machine disturbs
 * both. The order within a round alternates too.
 */
export function compare(ours: Batch, peer: Batch): Comparison {
  perSecond(ours);
  perSecond(peer);
  const pairs = Array.from({ length: rounds }, (_, round) => {
    if (round % 2 === 0) return { ours: perSecond(ours), peer: perSecond(peer) };
    const second = perSecond(peer);
    return { ours: perSecond(ours), peer: second };
  });
  return comparisonOf(pairs);
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
  perSecond(batch);
  return spreadOf(Array.from({ length: rounds }, () => perSecond(batch)));
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN;
  return { median: at(0.5), min: at(0), max: at(1) };
}

function perSecond(batch: Batch): number {
  const start = performance.now();
  let count = 0;
  let elapsed = 0;
  while (elapsed < roundMilliseconds) {
    count += batch();
    elapsed = performance.now() - start;
  }
  return (count / elapsed) * 1000;
}
