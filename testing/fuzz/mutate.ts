import type { Random } from "./random.ts";

const interesting = [0, 1, 9, 10, 13, 32, 37, 46, 47, 58, 59, 92, 127, 128, 192, 254, 255];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const mutations: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.int(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.int(8));
    return bytes;
  },
  function setByte(bytes, random) {
    bytes[random.int(bytes.length)] = random.pick(interesting);
    return bytes;
  },
  function cutEnd(bytes, random) {
    return bytes.subarray(0, random.int(bytes.length) + 1);
  },
  function cutOut(bytes, random) {
    const start = random.int(bytes.length);
    const end = start + random.int(32);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end), Buffer.of(0)]);
  },
  function insert(bytes, random) {
    const at = random.int(bytes.length);
    const more = Buffer.alloc(random.int(16) + 1, random.pick(interesting));
    return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
  },
  function repeat(bytes, random) {
    const start = random.int(bytes.length);
    const piece = bytes.subarray(start, start + random.int(256) + 1);
    return Buffer.concat([bytes.subarray(0, start), piece, piece, bytes.subarray(start)]);
  },
  function swap(bytes, random) {
    const [at, middle] = [random.int(bytes.length), random.int(bytes.length)];
    const first = bytes.subarray(0, Math.min(at, middle));
    const second = bytes.subarray(Math.min(at, middle), Math.max(at, middle));
    return Buffer.concat([second, first, bytes.subarray(Math.max(at, middle)), Buffer.of(10)]);
  },
];

/** The bytes, changed in a few places; never none, and at most some kilobytes more. */
export function mutate(bytes: Uint8Array, random: Random): Buffer {
  let changed: Buffer = Buffer.from(bytes);
  for (let count = random.int(4) + 1; count > 0; count -= 1) {
    changed = random.pick(mutations)(changed, random);
  }
  return changed;
}

/** The same for text, byte by byte. */
export function mutateText(text: string, random: Random): string {
  return mutate(Buffer.from(text, "latin1"), random).toString("latin1");
}
