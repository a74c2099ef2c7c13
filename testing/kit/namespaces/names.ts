import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Where iproute2 keeps namespaces by name. */
const folder = "/run/netns";

/** `cs-PID-START-RANDOM-LABEL`: who made it, by process id and the time that process started. */
const pattern = /^cs-(\d+)-(\d+)-[0-9a-f]+-[a-z0-9]+$/;

/** A new name that tells whose namespace it is. */
export function namespaceName(label: string): string {
  const start = startOf(process.pid);
  return `cs-${process.pid}-${start}-${randomBytes(4).toString("hex")}-${label}`;
}

export function namespacePath(name: string): string {
  return join(folder, name);
}

/** Ends whatever runs in a namespace, and removes it. Nothing happens when it is gone. */
export function removeNamespace(name: string): void {
  const { stdout, status } = spawnSync("ip", ["netns", "pids", name], { encoding: "utf8" });
  if (status === 0) for (const pid of stdout.split("\n").filter(Boolean)) kill(Number(pid));
  spawnSync("ip", ["netns", "delete", name]);
  // A run killed between the making of the file and its mount leaves a plain file.
  if (namespaces().includes(name)) rmSync(namespacePath(name), { force: true });
}

/** Removes what an earlier run left that was killed before it could. Others' are left alone. */
export function removeLeftovers(): void {
  for (const name of namespaces()) {
    const [, pid, start] = pattern.exec(name) ?? [];
    if (pid !== undefined && startOf(Number(pid)) !== start) removeNamespace(name);
  }
}

function namespaces(): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** When a process started, in clock ticks since boot; `undefined` when there is none. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function kill(pid: number): void {
  if (pid === process.pid) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
