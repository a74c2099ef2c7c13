import { readdirSync, readFileSync } from "node:fs";

const ticksPerSecond = 100;

/** A process with all that it has started, and those have: workers lead process groups of their own. */
export function familyOf(ancestor: number): readonly number[] {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statOf(Number(name))?.[1])]),
  );
  const family = [ancestor];
  for (const member of family) {
    for (const [pid, parent] of parents) if (parent === member) family.push(pid);
  }
  return family;
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
