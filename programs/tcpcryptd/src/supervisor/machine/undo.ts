import { bootOf } from "./holder.ts";
import type { Change, Journal } from "./journal.ts";
import type { Machine } from "./machine.ts";

const cgroupAttempts = 100;
const cgroupPauseMilliseconds = 20;

/**
 * Undoes what a journal notes, the last change first; doing it again changes nothing. What somebody
 * else has changed since is theirs, and stays.
 *
 * @param network the network namespace of now: changes in another one cannot be undone from here
 */
export async function undo(
  machine: Machine,
  { holder, changes }: Journal,
  network: string,
): Promise<readonly string[]> {
  // Nothing that is noted outlives the machine's own end.
  if (holder.boot !== bootOf(machine)) return [];
  const problems: string[] = [];
  for (const change of changes.toReversed()) {
    if (change.kind !== "cgroup" && holder.network !== network) {
      problems.push(`${nameOf(change)} belongs to another network namespace`);
      continue;
    }
    try {
      await undoChange(machine, change);
    } catch (error) {
      problems.push(`${nameOf(change)}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return problems;
}

async function undoChange(machine: Machine, change: Change): Promise<void> {
  switch (change.kind) {
    case "parameter":
      if (machine.read(change.path)?.trim() === change.after) {
        machine.write(change.path, change.before);
      }
      return;
    case "command":
      return undoByCommand(machine, change);
    case "cgroup":
      return endCgroup(machine, change.folder);
  }
}

/** What ip and iptables say about something that is not there. */
const alreadyGone = /No such (file|process)|does not exist|matching rule|Cannot find/i;

function undoByCommand(
  machine: Machine,
  { command, args }: { readonly command: string; readonly args: readonly string[] },
): void {
  try {
    machine.run(command, args);
  } catch (error) {
    if (!(error instanceof Error && alreadyGone.test(error.message))) throw error;
  }
}

/** Ends the processes of a control group, which are all ours, and the group. */
async function endCgroup(machine: Machine, folder: string): Promise<void> {
  if (machine.read(`${folder}/cgroup.procs`) === undefined) return;
  killAll(machine, folder);
  for (let attempt = 0; attempt < cgroupAttempts; attempt++) {
    if (machine.removeFolder(folder)) return;
    await machine.pause(cgroupPauseMilliseconds);
  }
  throw new Error("processes in it do not end");
}

function killAll(machine: Machine, folder: string): void {
  try {
    machine.write(`${folder}/cgroup.kill`, "1");
  } catch (error) {
    // Missing before Linux 5.14; workers also end by themselves when their supervisor does.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function nameOf(change: Change): string {
  switch (change.kind) {
    case "parameter":
      return change.path;
    case "command":
      return [change.command, ...change.args].join(" ");
    case "cgroup":
      return change.folder;
  }
}
