import { randomInt } from "node:crypto";
import type { TestContext } from "node:test";
import { createRandom, type Random } from "./random.ts";

/** How much a fuzz test does. */
export interface Amount {
  readonly inputs: number;
  /** Ends it early on a slow machine. */
  readonly seconds: number;
}

/** In which parts of the inputs the memory is measured in between. */
const rounds = 8;

/**
 * Tries inputs, each made from the seed and its own number, so that one that fails can be made
 * again: `COUNTERSIGN_FUZZ_SEED=… node --test testing/fuzz/….test.ts`.
 *
 * @param tryOut One input; says what is wrong by throwing.
 * @param betweenRounds Called after each of eight parts.
 */
export async function tryInputs(
  context: TestContext,
  { inputs, seconds }: Amount,
  tryOut: (random: Random) => void | Promise<void>,
  { atOnce = 1, betweenRounds = () => {} }: Options = {},
): Promise<void> {
  const seed = Number(process.env.COUNTERSIGN_FUZZ_SEED ?? randomInt(2 ** 32));
  context.diagnostic(`COUNTERSIGN_FUZZ_SEED=${seed}`);
  const end = performance.now() + seconds * 1000;
  let next = 0;
  async function work(until: number): Promise<void> {
    while (next < until && performance.now() < end) {
      const input = next;
      next += 1;
      try {
        await tryOut(createRandom(seed, input));
      } catch (cause) {
        throw new Error(`input ${input} of seed ${seed}`, { cause });
      }
    }
  }
  for (let round = 1; round <= rounds; round += 1) {
    const until = Math.floor((inputs * round) / rounds);
    await Promise.all(Array.from({ length: atOnce }, () => work(until)));
    await betweenRounds();
  }
  context.diagnostic(`${next} inputs`);
  // A box of time that nearly nothing fits into would pass for ever.
  if (next < inputs / 10) throw new Error(`only ${next} inputs in ${seconds} s`);
}

interface Options {
  /** How many inputs are tried at a time. */
  readonly atOnce?: number;
  readonly betweenRounds?: () => void | Promise<void>;
}
