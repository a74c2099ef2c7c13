import * as z from "zod";
import { TcpcryptdError } from "../tcpcryptd-error.ts";
import type { Holder } from "./holder.ts";
import type { Machine } from "./machine.ts";

const text = z.string().max(4096);

const change = z.discriminatedUnion("kind", [
  /** A kernel parameter, which shall be again as it was. */
  z.strictObject({ kind: z.literal("parameter"), path: text, before: text, after: text }),
  /** What undoes a command. */
  z.strictObject({ kind: z.literal("command"), command: text, args: z.array(text).max(64) }),
  /** A control group, to be ended with all in it. */
  z.strictObject({ kind: z.literal("cgroup"), folder: text }),
]);

const journal = z.strictObject({
  version: z.literal(1),
  holder: z.strictObject({ pid: z.int().min(1), startedAt: text, boot: text, network: text }),
  changes: z.array(change).max(256),
});

/** Something that was changed, with what is needed to change it back. */
export type Change = Readonly<z.output<typeof change>>;

/** Who changed what, in order. */
export interface Journal {
  readonly holder: Holder;
  readonly changes: readonly Change[];
}

/** A journal that grows. */
export interface OpenJournal {
  /** Notes a change, safely on the disk, before it is made. */
  note(change: Change): void;
  /** The changes noted, the first one first. */
  readonly changes: readonly Change[];
  /** Everything was undone. */
  remove(): void;
}

/** Where the journal of a runtime folder is. */
export function journalPath(runtimeFolder: string): string {
  return `${runtimeFolder}/tcpcrypt-journal.json`;
}

/** Begins a journal in the place of an older one. */
export function openJournal(
  machine: Pick<Machine, "replace" | "remove">,
  path: string,
  holder: Holder,
): OpenJournal {
  const changes: Change[] = [];
  const write = () =>
    machine.replace(path, `${JSON.stringify({ version: 1, holder, changes }, undefined, 2)}\n`);
  write();
  return {
    changes,
    note(change) {
      changes.push(change);
      write();
    },
    remove: () => machine.remove(path),
  };
}

/**
 * The journal at a path, or `undefined` where there is none. Root runs what it names, so that it must be
 * ours: the folder may be somebody else's.
 *
 * @throws {TcpcryptdError} `bad-journal`
 */
export function readJournal(machine: Pick<Machine, "readOwn">, path: string): Journal | undefined {
  const text = readOwn(machine, path);
  if (text === undefined) return undefined;
  const read = journal.safeParse(parsed(text));
  if (!read.success) throw new TcpcryptdError("bad-journal", path);
  return read.data;
}

function readOwn(machine: Pick<Machine, "readOwn">, path: string): string | undefined {
  try {
    return machine.readOwn(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause;
    throw new TcpcryptdError("bad-journal", `${path}: ${why}`, { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
