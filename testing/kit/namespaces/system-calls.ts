import { closeSync, openSync } from "node:fs";
import { isIPv6 } from "node:net";
import { getSystemErrorMessage } from "node:util";
import koffi from "koffi";

const cloneNewNet = 0x4000_0000;
const inet = 2;
const inet6 = 10;
const stream = 1;
const closeOnExec = 0o2000000;

interface Calls {
  setns(fd: number, kind: number): number;
  socket(family: number, type: number, protocol: number): number;
}

let calls: Calls | undefined;

function libc(): Calls {
  if (calls === undefined) {
    const library = koffi.load("libc.so.6");
    calls = {
      setns: library.func("int setns(int, int)"),
      socket: library.func("int socket(int, int, int)"),
    };
  }
  return calls;
}

/** A thread's own network namespace; asked while this process is where it began. */
const home = "/proc/self/ns/net";

/**
 * Runs `work` with the main thread in the network namespace at `path`. Sockets belong to the
 * namespace that they were made in, so `work` must make them before it returns.
 */
export function insideNamespace<T>(path: string, work: () => T): T {
  const there = openSync(path, "r");
  const here = openSync(home, "r");
  try {
    check("setns", libc().setns(there, cloneNewNet));
    try {
      return work();
    } finally {
      check("setns", libc().setns(here, cloneNewNet));
    }
  } finally {
    closeSync(there);
    closeSync(here);
  }
}

/** The file descriptor of a new TCP socket for connections to `address`. */
export function tcpSocket(address: string): number {
  const family = isIPv6(address) ? inet6 : inet;
  return check("socket", libc().socket(family, stream | closeOnExec, 0));
}

function check(call: string, result: number): number {
  if (result >= 0) return result;
  throw new Error(`${call}: ${getSystemErrorMessage(-koffi.errno())}`);
}
