/**
 * Assembles BPF (eBPF) programs: instructions by name, labels instead of distances.
 *
 * @module
 */

declare const registerBrand: unique symbol;

/** One of the machine's registers, so that it cannot be taken for a number. */
export interface Register {
  readonly [registerBrand]: "register";
  readonly number: number;
}

const register = (number: number) => ({ number }) as Register;

/** Results, and what calls and arguments may overwrite. */
export const r0 = register(0);
export const r1 = register(1);
export const r2 = register(2);
export const r3 = register(3);
export const r4 = register(4);
export const r5 = register(5);
/** These four survive calls. */
export const r6 = register(6);
export const r7 = register(7);
export const r8 = register(8);
export const r9 = register(9);
/** The end of this function's stack, which grows down. */
export const fp = register(10);

type Operand = Register | number;
type Width = 8 | 16 | 32 | 64;
type Comparison = keyof typeof comparisons;

const loadOperation: Readonly<Record<Width, number>> = { 8: 0x71, 16: 0x69, 32: 0x61, 64: 0x79 };
const operationOnRegister = 0x08;
/** Of 64 bits, with a number; {@link operationOnRegister} makes it one with a register. */
const arithmetic = {
  add: 0x07,
  subtract: 0x17,
  multiply: 0x27,
  or: 0x47,
  and: 0x57,
  shiftLeft: 0x67,
  shiftRight: 0x77,
  xor: 0xa7,
  set: 0xb7,
} as const;
/** Of 64 bits, without a sign where not said otherwise. */
const comparisons = {
  "==": 0x15,
  ">": 0x25,
  ">=": 0x35,
  "has a bit of": 0x45,
  "!=": 0x55,
  "<": 0xa5,
  "<=": 0xb5,
  "< (signed)": 0xc5,
} as const;
const operations = {
  loadImmediate: 0x18,
  storeNumber: { 8: 0x72, 16: 0x6a, 32: 0x62, 64: 0x7a },
  storeRegister: { 8: 0x73, 16: 0x6b, 32: 0x63, 64: 0x7b },
  jump: 0x05,
  call: 0x85,
  exit: 0x95,
} as const;

interface Instruction {
  readonly operation: number;
  readonly destination: number;
  readonly source: number;
  /** A label stands for the distance to it. */
  readonly offset: number | string;
  /** As for `offset`: functions are called by distance. */
  readonly immediate: number | string;
}

/** Collects instructions; each method adds one and returns the assembler. */
export class Assembler {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<string, number>();
  #labelsMade = 0;

  /** Names the place of the next instruction. */
  label(name: string): this {
    if (this.#labels.has(name)) throw new TypeError(`the label ${name} is there twice`);
    this.#labels.set(name, this.#instructions.length);
    return this;
  }

  /** A label that nobody else has, for code that is written out more than once. */
  newLabel(name: string): string {
    this.#labelsMade += 1;
    return `${name} ${this.#labelsMade}`;
  }

  set(to: Register, value: Operand): this {
    return this.#compute("set", to, value);
  }

  add(to: Register, value: Operand): this {
    return this.#compute("add", to, value);
  }

  subtract(from: Register, value: Operand): this {
    return this.#compute("subtract", from, value);
  }

  multiply(by: Register, value: Operand): this {
    return this.#compute("multiply", by, value);
  }

  and(to: Register, value: Operand): this {
    return this.#compute("and", to, value);
  }

  or(to: Register, value: Operand): this {
    return this.#compute("or", to, value);
  }

  xor(to: Register, value: Operand): this {
    return this.#compute("xor", to, value);
  }

  shiftLeft(register: Register, bits: Operand): this {
    return this.#compute("shiftLeft", register, bits);
  }

  shiftRight(register: Register, bits: Operand): this {
    return this.#compute("shiftRight", register, bits);
  }

  /** Sets all 64 bits; {@link Assembler.set} extends the sign of 32. */
  set64(to: Register, value: bigint): this {
    return this.#wide(
      to,
      0,
      Number(BigInt.asIntN(32, value)),
      Number(BigInt.asIntN(32, value >> 32n)),
    );
  }

  /** The map behind a file descriptor of the process that loads the program. */
  setMap(to: Register, fd: number): this {
    return this.#wide(to, 1, fd, 0);
  }

  load(width: Width, to: Register, base: Register, offset: number): this {
    return this.#emit(loadOperation[width], to.number, base.number, offset, 0);
  }

  store(width: Width, base: Register, offset: number, value: Operand): this {
    return typeof value === "number"
      ? this.#emit(operations.storeNumber[width], base.number, 0, offset, value)
      : this.#emit(operations.storeRegister[width], base.number, value.number, offset, 0);
  }

  jump(label: string): this {
    return this.#emit(operations.jump, 0, 0, label, 0);
  }

  jumpIf(left: Register, comparison: Comparison, right: Operand, label: string): this {
    const operation = comparisons[comparison];
    return typeof right === "number"
      ? this.#emit(operation, left.number, 0, label, right)
      : this.#emit(operation | operationOnRegister, left.number, right.number, label, 0);
  }

  /** Calls one of the kernel's helpers: arguments in r1 to r5, result in r0. */
  call(helper: number): this {
    return this.#emit(operations.call, 0, 0, 0, helper);
  }

  /** Calls a function of this program, which has a stack of its own. */
  callFunction(label: string): this {
    return this.#emit(operations.call, 0, 1, 0, label);
  }

  exit(): this {
    return this.#emit(operations.exit, 0, 0, 0, 0);
  }

  /**
   * The program, eight bytes for each instruction.
   *
   * @throws {TypeError} A label that does not exist.
   */
  assemble(): Uint8Array {
    const bytes = new Uint8Array(8 * this.#instructions.length);
    const view = new DataView(bytes.buffer);
    for (const [index, each] of this.#instructions.entries()) {
      view.setUint8(8 * index, each.operation);
      view.setUint8(8 * index + 1, each.destination | (each.source << 4));
      view.setInt16(8 * index + 2, this.#distance(each.offset, index), true);
      view.setInt32(8 * index + 4, this.#distance(each.immediate, index), true);
    }
    return bytes;
  }

  #distance(to: number | string, from: number): number {
    if (typeof to === "number") return to;
    const index = this.#labels.get(to);
    if (index === undefined) throw new TypeError(`there is no label ${to}`);
    return index - from - 1;
  }

  #compute(name: keyof typeof arithmetic, to: Register, value: Operand): this {
    const operation = arithmetic[name];
    return typeof value === "number"
      ? this.#emit(operation, to.number, 0, 0, value)
      : this.#emit(operation | operationOnRegister, to.number, value.number, 0, 0);
  }

  /** Takes the room of two instructions. */
  #wide(to: Register, kind: number, low: number, high: number): this {
    this.#emit(operations.loadImmediate, to.number, kind, 0, low);
    return this.#emit(0, 0, 0, 0, high);
  }

  #emit(
    operation: number,
    destination: number,
    source: number,
    offset: number | string,
    immediate: number | string,
  ): this {
    this.#instructions.push({ operation, destination, source, offset, immediate });
    return this;
  }
}
