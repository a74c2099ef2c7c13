import { closeSync, openSync, writeSync } from "node:fs";
import { LoginError } from "./login-error.ts";

/** Where audit lines go. */
export interface AuditDestination {
  /**
   * Writes one line with its end; it has arrived when this returns.
   *
   * @throws {LoginError} `audit-unwritable`. The line is lost then; nothing is kept for later.
   */
  write(line: string): void;
  /** Whether the last line could not be written. */
  readonly isFailing: boolean;
  end(): void;
}

/** A file by its path, a descriptor that is open already, or what takes the lines itself. */
export type AuditTarget =
  | { readonly file: string }
  | { readonly descriptor: number }
  | { write(line: string): unknown };

/**
 * Opens a destination; a file is created with mode 0600 and added to.
 *
 * @throws {LoginError} `audit-unwritable`.
 */
export function openAuditDestination(target: AuditTarget): AuditDestination {
  const { name, write, end } = openTarget(target);
  let isFailing = false;
  return {
    write(line) {
      // What failed may have been written in part; an empty line does less harm than a mixed one.
      const text = isFailing ? `\n${line}` : line;
      isFailing = true;
      attempt(() => write(text), name);
      isFailing = false;
    },
    get isFailing() {
      return isFailing;
    },
    end,
  };
}

interface OpenTarget {
  readonly name: string;
  write(text: string): unknown;
  end(): void;
}

function openTarget(target: AuditTarget): OpenTarget {
  if ("file" in target) {
    const { file: name } = target;
    const file = attempt(() => openSync(name, "a", 0o600), name);
    return { name, write: (text) => writeWhole(file, text), end: () => closeSync(file) };
  }
  if ("descriptor" in target) {
    const { descriptor } = target;
    // Not a stream of Node's: those tell of a reader that has gone when the answer is already out.
    return { name: "audit", write: (text) => writeWhole(descriptor, text), end() {} };
  }
  return { name: "audit", write: (text) => target.write(text), end() {} };
}

/** A reader that is slow is waited for, a second in all; the requests wait with it. */
const maxWaits = 50;
const waitMilliseconds = 20;

/** Synchronous: a line has arrived before the answer is out. */
function writeWhole(descriptor: number, text: string): void {
  let rest = Buffer.from(text);
  for (let waits = 0; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const isFull = error instanceof Error && "code" in error && error.code === "EAGAIN";
      if (!isFull || ++waits > maxWaits) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMilliseconds);
    }
  }
}

function attempt<T>(task: () => T, name: string): T {
  try {
    return task();
  } catch (error) {
    throw new LoginError("audit-unwritable", name, { cause: error });
  }
}
