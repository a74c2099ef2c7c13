/**
 * bpf(2) by command: what goes into its union bpf_attr (linux/bpf.h).
 *
 * @module
 */

import type { SystemCallFailure, SystemCalls } from "../kernel.ts";
import { btfType, writeBtf } from "./btf.ts";

const command = {
  createMap: 0,
  lookUp: 1,
  update: 2,
  delete: 3,
  nextKey: 4,
  loadProgram: 5,
  loadBtf: 18,
  createLink: 28,
} as const;
const attrLength = 128;

const mapType = { hash: 1, "least recently used": 9, "socket storage": 24 } as const;
/** Memory for entries only when they are there. */
const onDemand = 1;
const sockOpsProgram = 13;
const sockOpsOfCgroup = 3;
const logLength = 1 << 20;
/** Of how many instructions a refused program's log shows the end. */
const shownLogLines = 40;

export interface MapShape {
  readonly type: keyof typeof mapType;
  /** At most 15 characters. */
  readonly name: string;
  readonly keyLength: number;
  readonly valueLength: number;
  /** Sockets bring their own storage, so that nothing counts that. */
  readonly entries?: number;
}

/** Makes a map: its file descriptor. */
export function createMap(calls: SystemCalls, shape: MapShape): number {
  const attr = new Attr(calls)
    .u32(0, mapType[shape.type])
    .u32(4, shape.keyLength)
    .u32(8, shape.valueLength)
    .u32(12, shape.entries ?? 0)
    .u32(16, shape.type === "least recently used" ? 0 : onDemand)
    .text(28, shape.name);
  if (shape.type !== "socket storage") return attr.call(command.createMap);
  const btf = writeBtf(shape.valueLength);
  const btfFd = new Attr(calls).pointer(0, btf).u32(16, btf.length).call(command.loadBtf);
  try {
    return attr.u32(48, btfFd).u32(52, btfType.key).u32(56, btfType.value).call(command.createMap);
  } finally {
    calls.close(btfFd);
  }
}

/** The value of a key, or `undefined`. */
export function lookUp(
  calls: SystemCalls,
  map: { readonly fd: number; readonly valueLength: number },
  key: Uint8Array,
): Uint8Array | undefined {
  const value = new Uint8Array(map.valueLength);
  const attr = new Attr(calls).u32(0, map.fd).pointer(8, key).pointer(16, value);
  return absentAsUndefined(() => {
    attr.call(command.lookUp);
    return value;
  });
}

export function update(calls: SystemCalls, fd: number, key: Uint8Array, value: Uint8Array): void {
  new Attr(calls).u32(0, fd).pointer(8, key).pointer(16, value).call(command.update);
}

/** Whether there was such a key. */
export function remove(calls: SystemCalls, fd: number, key: Uint8Array): boolean {
  const attr = new Attr(calls).u32(0, fd).pointer(8, key);
  return absentAsUndefined(() => attr.call(command.delete)) !== undefined;
}

/** The keys of a map; those that come or go meanwhile may be missed. */
export function keysOf(calls: SystemCalls, fd: number, keyLength: number): readonly Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (;;) {
    const next = new Uint8Array(keyLength);
    const attr = new Attr(calls).u32(0, fd).pointer(16, next);
    const last = keys.at(-1);
    if (last !== undefined) attr.pointer(8, last);
    const found = absentAsUndefined(() => attr.call(command.nextKey));
    if (found === undefined) return keys;
    keys.push(next);
  }
}

/**
 * Loads a sock_ops program: its file descriptor.
 *
 * @throws {Error} The kernel refuses it; the message ends with the end of the verifier's log.
 */
export function loadProgram(calls: SystemCalls, program: Uint8Array, name: string): number {
  const license = new TextEncoder().encode("Apache-2.0\0");
  const load = (log?: Uint8Array): number => {
    const attr = new Attr(calls)
      .u32(0, sockOpsProgram)
      .u32(4, program.length / 8)
      .pointer(8, program)
      .pointer(16, license)
      .text(48, name);
    if (log !== undefined) attr.u32(24, 1).u32(28, log.length).pointer(32, log);
    return attr.callAgain(command.loadProgram);
  };
  try {
    return load();
  } catch (cause) {
    const log = new Uint8Array(logLength);
    try {
      // The log costs time, so that it is only written when there is something to explain.
      return load(log);
    } catch {
      const lines = new TextDecoder()
        .decode(log.subarray(0, log.indexOf(0)))
        .trimEnd()
        .split("\n");
      const end = lines.slice(-shownLogLines).join("\n");
      throw new Error(`the kernel refuses the program ${name}:\n${end}`, { cause });
    }
  }
}

/** Attaches a program to a control group until the link's file descriptor is closed by all. */
export function createLink(calls: SystemCalls, programFd: number, cgroupFd: number): number {
  return new Attr(calls)
    .u32(0, programFd)
    .u32(4, cgroupFd)
    .u32(8, sockOpsOfCgroup)
    .call(command.createLink);
}

function absentAsUndefined<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if ((error as SystemCallFailure).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A union bpf_attr that keeps alive what it points to. */
class Attr {
  readonly #calls: SystemCalls;
  readonly #bytes = new Uint8Array(attrLength);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #pointedTo: Uint8Array[] = [];

  constructor(calls: SystemCalls) {
    this.#calls = calls;
  }

  u32(offset: number, value: number): this {
    this.#view.setUint32(offset, value, true);
    return this;
  }

  pointer(offset: number, bytes: Uint8Array): this {
    this.#pointedTo.push(bytes);
    this.#view.setBigUint64(offset, this.#calls.addressOf(bytes), true);
    return this;
  }

  text(offset: number, value: string): this {
    this.#bytes.set(new TextEncoder().encode(value), offset);
    return this;
  }

  call(number: number): number {
    return this.#calls.bpf(number, this.#bytes);
  }

  /** A signal that is pending makes the verifier give up with EAGAIN. */
  callAgain(number: number, triesLeft = 100): number {
    for (let left = triesLeft; ; left -= 1) {
      try {
        return this.call(number);
      } catch (error) {
        if ((error as SystemCallFailure).code !== "EAGAIN" || left === 0) throw error;
      }
    }
  }
}
