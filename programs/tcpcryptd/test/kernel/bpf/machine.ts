/**
 * A machine that runs BPF programs, without the kernel: registers, memory and calls. What helpers
 * do, the caller says.
 *
 * @module
 */

/** An address: 0 is no address; the upper half names a region, the lower half a place in it. */
export type Address = bigint;

export type Helper = (args: readonly bigint[]) => bigint;

const stackLength = 512;
const maxInstructions = 200_000;
const unsigned = (value: bigint) => BigInt.asUintN(64, value);

export class Machine {
  readonly #regions: Uint8Array[] = [];
  readonly #helpers: Readonly<Record<number, Helper>>;

  constructor(helpers: Readonly<Record<number, Helper>>) {
    this.#helpers = helpers;
  }

  /** Lets the program use these bytes: their address. */
  map(bytes: Uint8Array): Address {
    this.#regions.push(bytes);
    return BigInt(this.#regions.length) << 32n;
  }

  /** The bytes from an address on; they share memory. @throws {Error} when there are fewer */
  bytes(address: Address, length: number): Uint8Array {
    const region = this.#regions[Number(address >> 32n) - 1];
    const start = Number(address & 0xffff_ffffn);
    if (region === undefined || start + length > region.length) {
      throw new Error(`no ${length} bytes at ${address.toString(16)}`);
    }
    return region.subarray(start, start + length);
  }

  /** Runs a program with `argument` in r1: what it leaves in r0. */
  run(program: Uint8Array, argument: bigint): bigint {
    const instructions = decode(program);
    const stack = this.map(new Uint8Array(stackLength * 4));
    const registers: bigint[] = Array(11).fill(0n);
    const callers: { readonly next: number; readonly saved: readonly bigint[] }[] = [];
    const r = (number: number): bigint => registers[number] ?? 0n;
    const set = (number: number, value: bigint): void => {
      registers[number] = unsigned(value);
    };
    set(1, argument);
    set(10, stack + BigInt(stackLength));

    let next = 0;
    for (let count = 0; count < maxInstructions; count += 1) {
      const now = instructions[next];
      if (now === undefined) throw new Error(`there is no instruction ${next}`);
      const { operation, destination, source, offset, immediate } = now;
      next += 1;
      switch (operation & 0x07) {
        case 0x07:
          set(destination, compute(operation, r(destination), operand(now, r)));
          break;
        case 0x00:
          set(destination, wide(now, instructions[next]));
          next += 1;
          break;
        case 0x01:
          set(destination, this.#load(unsigned(r(source) + BigInt(offset)), widthOf(operation)));
          break;
        case 0x02:
        case 0x03: {
          const value = (operation & 0x07) === 0x02 ? BigInt(immediate) : r(source);
          this.#store(unsigned(r(destination) + BigInt(offset)), widthOf(operation), value);
          break;
        }
        case 0x05:
          if (operation === 0x95) {
            const caller = callers.pop();
            if (caller === undefined) return r(0);
            for (const [index, value] of caller.saved.entries()) set(6 + index, value);
            next = caller.next;
          } else if (operation === 0x85 && source === 1) {
            callers.push({ next, saved: registers.slice(6, 11) });
            set(10, r(10) + BigInt(stackLength));
            next += immediate;
          } else if (operation === 0x85) {
            const helper = this.#helpers[immediate];
            if (helper === undefined) throw new Error(`nobody plays helper ${immediate}`);
            set(0, helper([1, 2, 3, 4, 5].map(r)));
            // As the kernel may do: nothing is left of the arguments.
            for (const number of [1, 2, 3, 4, 5]) set(number, 0xdead_dead_dead_deadn);
          } else if (jumps(operation, r(destination), operand(now, r))) {
            next += offset;
          }
          break;
        default:
          throw new Error(`an operation nobody knows: ${operation.toString(16)}`);
      }
    }
    throw new Error(`not at its end after ${maxInstructions} instructions`);
  }

  #load(address: Address, width: number): bigint {
    const bytes = this.bytes(address, width);
    return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  #store(address: Address, width: number, value: bigint): void {
    let rest = unsigned(value);
    for (const [index] of this.bytes(address, width).entries()) {
      this.bytes(address, width)[index] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  }
}

/** One instruction. */
export interface Instruction {
  readonly operation: number;
  readonly destination: number;
  readonly source: number;
  readonly offset: number;
  readonly immediate: number;
}

/** The instructions of a program. */
export function decode(program: Uint8Array): readonly Instruction[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  return Array.from({ length: program.length / 8 }, (_, index) => ({
    operation: view.getUint8(8 * index),
    destination: view.getUint8(8 * index + 1) & 15,
    source: view.getUint8(8 * index + 1) >> 4,
    offset: view.getInt16(8 * index + 2, true),
    immediate: view.getInt32(8 * index + 4, true),
  }));
}

/** The 64 bits that two instructions hold together; of a map, its file descriptor. */
export function wide({ immediate }: Instruction, second: Instruction | undefined): bigint {
  const high = BigInt(second?.immediate ?? 0);
  return (unsigned(high << 32n) | BigInt.asUintN(32, BigInt(immediate))) & ((1n << 64n) - 1n);
}

/** In bytes. */
export function widthOf(operation: number): 1 | 2 | 4 | 8 {
  return ({ 0: 4, 8: 2, 16: 1, 24: 8 } as const)[operation & 0x18] ?? 8;
}

function operand({ operation, source, immediate }: Instruction, r: (n: number) => bigint): bigint {
  return (operation & 0x08) === 0 ? unsigned(BigInt(immediate)) : r(source);
}

function compute(operation: number, left: bigint, right: bigint): bigint {
  switch (operation & 0xf0) {
    case 0x00:
      return left + right;
    case 0x10:
      return left - right;
    case 0x20:
      return left * right;
    case 0x40:
      return left | right;
    case 0x50:
      return left & right;
    case 0x60:
      return left << (right & 63n);
    case 0x70:
      return left >> (right & 63n);
    case 0xa0:
      return left ^ right;
    case 0xb0:
      return right;
    default:
      throw new Error(`arithmetic nobody knows: ${operation.toString(16)}`);
  }
}

function jumps(operation: number, left: bigint, right: bigint): boolean {
  switch (operation & 0xf0) {
    case 0x00:
      return true;
    case 0x10:
      return left === right;
    case 0x20:
      return left > right;
    case 0x30:
      return left >= right;
    case 0x40:
      return (left & right) !== 0n;
    case 0x50:
      return left !== right;
    case 0xa0:
      return left < right;
    case 0xb0:
      return left <= right;
    case 0xc0:
      return BigInt.asIntN(64, left) < BigInt.asIntN(64, right);
    default:
      throw new Error(`a comparison nobody knows: ${operation.toString(16)}`);
  }
}
