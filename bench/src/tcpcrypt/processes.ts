import { readdirSync, readFileSync } from "node:fs";

const ticksPerSecond = 100;

/** All processes of a process group: a server with what it has started. */
export function groupOf(leader: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(statOf(pid)?.[2]) === leader);
}

/** Seconds of processor time that processes have used, in user and kernel mode. */
export function processorSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const [user = 0, system = 0] = (statOf(pid) ?? []).slice(11, 13).map(Number);
    return sum + (user + system) / ticksPerSecond;
  }, 0);
}

/** Bytes of memory of processes; what they share with others is counted in part. */
export function memoryBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return sum + Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
  }, 0);
}

/** The fields of /proc/<pid>/stat from the third (state) on; `undefined` when it is gone. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
