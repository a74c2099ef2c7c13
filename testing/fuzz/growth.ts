import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes of the heap and of buffers that something still holds. */
export function heldBytes(): number {
  // What one round frees may be what kept other things.
  for (let round = 0; round < 3; round += 1) collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** By how much the second half of the rounds grew; the first half has warmed everything up. */
export function growth(rounds: readonly number[]): number {
  const later = rounds.slice(Math.floor(rounds.length / 2));
  return (later.at(-1) ?? 0) - (later[0] ?? 0);
}
