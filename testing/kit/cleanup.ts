import { constants } from "node:os";

/** Who something was started for: a `TestContext`, so that it ends with that test. */
export interface Owner {
  after(end: () => void | Promise<void>): void;
}

type End = () => void | Promise<void>;

const endsOf = new WeakMap<Owner, End[]>();

/** Runs `end` when `owner` ends; what was started last ends first. */
export function atEnd(owner: Owner, end: End): void {
  const known = endsOf.get(owner);
  if (known !== undefined) {
    known.push(end);
    return;
  }
  const ends = [end];
  endsOf.set(owner, ends);
  owner.after(async () => {
    const failures: unknown[] = [];
    for (const end of ends.reverse()) {
      try {
        await end();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "could not clean up");
  });
}

const pending = new Set<() => void>();
let listening = false;

/**
 * Runs `undo` when this process exits or is interrupted before the returned function was called.
 *
 * `undo` must be synchronous: nothing else runs while a process exits.
 */
export function onExit(undo: () => void): () => void {
  listen();
  pending.add(undo);
  return () => pending.delete(undo);
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.on("exit", undoAll);
  // An interrupted test runner leaves nobody who reads; without this Node would end with no "exit".
  process.stdout.on("error", () => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      undoAll();
      // At once, or a test that still runs would start the next server.
      process.exit(128 + constants.signals[signal]);
    });
  }
}

/** Last started, first ended: a server goes before the folder that it writes to. */
function undoAll(): void {
  for (const undo of [...pending].reverse()) {
    pending.delete(undo);
    try {
      undo();
    } catch (error) {
      process.stderr.write(`testing/kit: could not clean up: ${error}\n`);
    }
  }
}
