import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** What tests in network namespaces start. */
const tools = ["ip", "nft", "nsenter", "tcpdump"] as const;

let outcome: string | undefined | "unknown" = "unknown";

/**
 * Looks once whether this machine can have network namespaces with tcpcryptd in them.
 *
 * @throws {Error} one sentence with all that is missing; nothing is skipped in silence.
 */
export function requireNamespaces(): void {
  if (outcome === "unknown") outcome = whatIsMissing();
  if (outcome !== undefined) throw new Error(outcome);
}

function whatIsMissing(): string | undefined {
  const problems: string[] = [];
  if (process.platform !== "linux") problems.push("Linux");
  else {
    if (process.getuid?.() !== 0) problems.push("root");
    problems.push(...tools.filter((tool) => !isInstalled(tool)).map((tool) => `the tool ${tool}`));
    if (problems.length === 0 && !canUnshare()) {
      problems.push("permission to make network namespaces (CAP_SYS_ADMIN)");
    }
    if (!readFileSync("/proc/mounts", "utf8").includes(" cgroup2 ")) {
      problems.push("a mounted cgroup2 file system");
    }
  }
  if (problems.length === 0) return undefined;
  return `the tests in network namespaces cannot run on this machine, which lacks ${problems.join(", ")}`;
}

function isInstalled(tool: string): boolean {
  return spawnSync("/bin/sh", ["-c", `command -v ${tool}`]).status === 0;
}

function canUnshare(): boolean {
  return spawnSync("unshare", ["--net", "true"]).status === 0;
}
