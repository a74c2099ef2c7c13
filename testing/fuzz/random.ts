/** Numbers that look random and are the same again for the same seed. */
export interface Random {
  /** 0 up to, not including, `below`. */
  int(below: number): number;
  /** True this often, of one. */
  chance(of: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** sfc32 of Chris Doty-Humphrey (PractRand); `seed` and `stream` are 32-bit numbers. */
export function createRandom(seed: number, stream: number): Random {
  let [a, b, c, counter] = [seed | 0, stream | 0, 0x9e3779b9, 1];
  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  }
  // Close seeds are far apart after a dozen rounds.
  for (let round = 0; round < 12; round += 1) next();
  const int = (below: number) => next() % below;
  return {
    int,
    chance: (of) => next() / 2 ** 32 < of,
    pick<T>(from: readonly T[]): T {
      if (from.length === 0) throw new RangeError("nothing to pick from");
      return from[int(from.length)] as T;
    },
  };
}
