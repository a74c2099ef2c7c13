import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What a process keeps in memory. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kibibytes) * 1024;
}

/** Lets a process open as many files as a test with 10,000 connections needs. */
export function allowManyFiles(pid: number): void {
  const { status, stderr } = spawnSync(
    "prlimit",
    ["--pid", String(pid), "--nofile=100000:100000"],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
}
