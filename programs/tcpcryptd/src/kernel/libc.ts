import { createRequire } from "node:module";

/** Pointers are byte arrays, which koffi passes without a copy. */
type Bytes = Uint8Array | null;

/** The functions of libc that we call, and koffi's part. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Bytes, length: number): number;
  listen(fd: number, backlog: number): number;
  setsockopt(fd: number, level: number, name: number, value: Bytes, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Bytes, length: Bytes): number;
  getsockname(fd: number, address: Bytes, length: Bytes): number;
  send(fd: number, message: Bytes, length: number, flags: number): number;
  recv(fd: number, buffer: Bytes, length: number, flags: number): number;
  poll: Asynchronous<[polled: Bytes, count: number, milliseconds: number]>;
  close(fd: number): number;
  prctl(option: number, a: number, b: number, c: number, d: number): number;
  setrlimit(resource: number, limits: Bytes): number;
  inet_pton(family: number, text: string, address: Bytes): number;
  inet_ntop(family: number, address: Bytes, text: Bytes, length: number): bigint | null;
  syscall(number: number, command: number, attr: Bytes, size: number): number;
  errno(): number;
  address(bytes: Uint8Array): bigint;
}

interface Asynchronous<Arguments extends readonly unknown[]> {
  async(...call: [...Arguments, done: (failure: Error | null, result: number) => void]): void;
}

const prototypes = [
  "int socket(int, int, int)",
  "int bind(int, const void *, uint32_t)",
  "int listen(int, int)",
  "int setsockopt(int, int, int, const void *, uint32_t)",
  "int getsockopt(int, int, int, void *, void *)",
  "int getsockname(int, void *, void *)",
  "int64_t send(int, const void *, size_t, int)",
  "int64_t recv(int, void *, size_t, int)",
  "int poll(void *, unsigned long, int)",
  "int close(int)",
  "int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)",
  "int setrlimit(int, const void *)",
  "int inet_pton(int, const char *, void *)",
  "void *inet_ntop(int, const void *, void *, uint32_t)",
  "long syscall(long, long, void *, long)",
];

/** bpf(2) has no wrapper in libc, and a number of its own on each architecture. */
export const bpfNumbers: Readonly<Record<string, number>> = { x64: 321, arm64: 280 };

/**
 * Loads the functions; only this loads koffi.
 *
 * @throws {Error} not Linux on x64 or arm64, or koffi's binary is not installed
 */
export function loadLibc(): Libc {
  if (process.platform !== "linux" || bpfNumbers[process.arch] === undefined) {
    const here = `${process.platform} on ${process.arch}`;
    throw new Error(`tcpcryptd runs on Linux on x64 or arm64, and this is ${here}`);
  }
  // Synchronous and late: whoever never asks for a system call need not have the binary.
  const koffi = loadKoffi();
  const library = koffi.load(null);
  const functions = prototypes.map((prototype) => {
    const name = /(\w+)\(/.exec(prototype)?.[1] ?? "";
    return [name, library.func(prototype)] as const;
  });
  return {
    ...Object.fromEntries(functions),
    errno: () => koffi.errno(),
    address: (bytes: Uint8Array) => koffi.address(bytes),
  } as Libc;
}

function loadKoffi(): typeof import("koffi") {
  try {
    return createRequire(import.meta.url)("koffi");
  } catch (cause) {
    const remedy = "install tcpcryptd with its optional dependencies (npm install)";
    throw new Error(`koffi's binary for ${process.arch} cannot be loaded: ${remedy}`, { cause });
  }
}
