import { type Load, load, type Target } from "../load/http-load.ts";
import { type Comparison, comparisonOf } from "../measure.ts";

/** One side of a comparison: whom to ask for what. */
export interface Side {
  readonly target: Target;
  readonly requests: readonly Buffer[];
  readonly status: number;
}

const rounds = 7;

/** Loads both sides in turn, each first in every other round, after each was asked everything once. */
export async function sideBySide(ours: Side, peer: Side): Promise<Comparison> {
  for (const side of [ours, peer]) await warmUp(side);
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    const isOursFirst = round % 2 === 0;
    const first = await loadOn(isOursFirst ? ours : peer);
    const second = await loadOn(isOursFirst ? peer : ours);
    const [one, other] = isOursFirst ? [first, second] : [second, first];
    pairs.push({ ours: one.perSecond, peer: other.perSecond });
  }
  return comparisonOf(pairs);
}

/** Asks for everything once, and then for a while. */
export async function warmUp(side: Side): Promise<void> {
  const { target, requests, status } = side;
  await load(target, requests, { milliseconds: 300_000, answers: requests.length, status });
  await loadOn(side);
}

/** One round of one side. */
export function loadOn({ target, requests, status }: Side, milliseconds = 1500): Promise<Load> {
  return load(target, requests, { milliseconds, status });
}
