import { appendFileSync, closeSync, openSync } from "node:fs";
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

/** A file by its path, or what takes the lines itself. */
export type AuditTarget = { readonly file: string } | { write(line: string): unknown };

/**
 * Opens a destination; a file is created with mode 0600 and added to.
 *
 * @throws {LoginError} `audit-unwritable`.
 */
export function openAuditDestination(target: AuditTarget): AuditDestination {
  const { name, write, end } = "file" in target ? fileTarget(target.file) : ownTarget(target);
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

function fileTarget(path: string): OpenTarget {
  const file = attempt(() => openSync(path, "a", 0o600), path);
  // Synchronous: a line is in the file before the answer is out.
  return { name: path, write: (text) => appendFileSync(file, text), end: () => closeSync(file) };
}

function ownTarget(target: { write(line: string): unknown }): OpenTarget {
  return { name: "audit", write: (text) => target.write(text), end() {} };
}

function attempt<T>(task: () => T, name: string): T {
  try {
    return task();
  } catch (error) {
    throw new LoginError("audit-unwritable", name, { cause: error });
  }
}
