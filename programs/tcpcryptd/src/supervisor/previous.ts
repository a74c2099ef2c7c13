import { readlinkSync } from "node:fs";
import { isAlive } from "./machine/holder.ts";
import { journalPath, readJournal } from "./machine/journal.ts";
import type { Machine } from "./machine/machine.ts";
import { undo } from "./machine/undo.ts";
import { isRequiredLeft, openRequired } from "./rules/rules.ts";
import { TcpcryptdError } from "./tcpcryptd-error.ts";

/** Where the control socket of a runtime folder is. */
export function socketPath(runtimeFolder: string): string {
  return `${runtimeFolder}/tcpcrypt.sock`;
}

/** The network namespace of this process. */
export function ownNetwork(): string {
  return readlinkSync("/proc/self/ns/net");
}

/**
 * Undoes what a tcpcryptd that was killed left behind; what could not be undone is the answer.
 *
 * @throws {TcpcryptdError} `already-running` or `bad-journal`
 */
export async function undoPrevious(
  machine: Machine,
  runtimeFolder: string,
  network: string,
): Promise<readonly string[]> {
  const path = journalPath(runtimeFolder);
  const journal = readJournal(machine, path);
  if (journal === undefined) return [];
  if (isAlive(machine, journal.holder)) {
    throw new TcpcryptdError("already-running", `process ${journal.holder.pid}`);
  }
  const problems = await undo(machine, journal, network);
  machine.remove(path);
  return problems;
}

/** What was cleaned up. */
export interface CleanedUp {
  /** There were changes of a tcpcryptd that is no more. */
  readonly undone: boolean;
  /** There were ports that stayed closed, and are open now. */
  readonly opened: boolean;
  /** What could not be undone, one sentence each. */
  readonly problems: readonly string[];
}

/**
 * For `down` when no tcpcryptd answers: undoes what one that was killed left, and opens what stayed
 * closed.
 *
 * @throws {TcpcryptdError} `already-running` or `bad-journal`
 */
export async function cleanUpWith(machine: Machine, runtimeFolder: string): Promise<CleanedUp> {
  const undone = machine.read(journalPath(runtimeFolder)) !== undefined;
  const problems = await undoPrevious(machine, runtimeFolder, ownNetwork());
  if (undone) machine.remove(socketPath(runtimeFolder));
  const opened = isRequiredLeft(machine);
  if (opened) openRequired(machine);
  return { undone, opened, problems };
}
