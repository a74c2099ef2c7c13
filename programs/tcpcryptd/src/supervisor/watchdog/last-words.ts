import { readFileSync } from "node:fs";

/**
 * Whether the workers of a control group are gone, and their sockets with them: only the one who
 * asks and nft are left. A process leaves the list after its files are closed.
 *
 * @param read gives a file's text, or `undefined`
 */
export function areWorkersGone(
  cgroupFolder: string,
  ownPid: number,
  read: (path: string) => string | undefined = readText,
): boolean {
  const processes = read(`${cgroupFolder}/cgroup.procs`)?.split("\n").filter(Boolean) ?? [];
  return processes.every(
    (pid) => Number(pid) === ownPid || (read(`/proc/${pid}/comm`) ?? "nft").trim() === "nft",
  );
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
