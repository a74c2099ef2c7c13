import { readdirSync, readFileSync } from "node:fs";

/** Sends `signal` to every process of `group`; one that is gone already is no error. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Whether a process of `group` still runs. Signal 0 would also find those that have ended and
 * that nobody has waited for, so this asks Linux's /proc.
 */
export function hasLivingProcess(group: number): boolean {
  return readdirSync("/proc").some((name) => /^\d+$/.test(name) && livesIn(name, group));
}

/** A line of /proc/PID/stat: `1234 (any name) S parent group …`. */
function livesIn(pid: string, group: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return false;
  }
  const [state, , itsGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(itsGroup) === group && state !== "Z" && state !== "X";
}
