import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { describeMissing, missingPackages } from "./installed.ts";
import { type DebianPackage, debianPackages } from "./packages.ts";
import { withoutServiceStarts } from "./service-starts.ts";

/**
 * Installs the Debian packages that the suites need and that are missing, as root on Debian.
 *
 * @throws {Error} what is missing, when this is not root on Debian; or what apt-get failed at
 */
export async function installDebianPackages(): Promise<void> {
  const missing = notInstalled();
  if (missing.length === 0) return;
  if (!existsSync("/etc/debian_version")) {
    throw new Error(describeMissing(missing, "this system is not Debian"));
  }
  if (process.getuid?.() !== 0) throw new Error(describeMissing(missing, "only root may install"));

  const names = missing.map(({ name }) => name);
  process.stdout.write(`installing Debian packages: ${names.join(" ")}\n`);
  const before = runningServices();
  await withoutServiceStarts("/usr/sbin/policy-rc.d", async () => {
    await aptGet(["update"]);
    await aptGet(["install", "--yes", "--no-install-recommends", ...names]);
  });
  const started = runningServices().filter((name) => !before.includes(name));
  if (started.length > 0) {
    throw new Error(`apt started services, which it must not: stop ${started.join(" and ")}`);
  }
  const still = notInstalled();
  if (still.length > 0) throw new Error(describeMissing(still, "apt-get did not install them"));
}

function notInstalled(): readonly DebianPackage[] {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const format = "${Package} ${db:Status-Status}\\n";
  const query = spawnSync("dpkg-query", ["--show", `--showformat=${format}`], {
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  // Where there is no dpkg, nothing counts as installed: the message then names everything.
  return missingPackages(debianPackages, query.stdout ?? "");
}

function runningServices(): readonly string[] {
  const noted = debianPackages.filter(({ pidFile }) => {
    if (pidFile === undefined || !existsSync(pidFile)) return false;
    return existsSync(`/proc/${readFileSync(pidFile, "utf8").trim()}/cmdline`);
  });
  return noted.map(({ name }) => name);
}

async function aptGet(args: readonly string[]): Promise<void> {
  // Another apt may be at work: wait for its lock instead of failing.
  const options = ["-q", "-o", "DPkg::Lock::Timeout=600", "-o", "Dpkg::Use-Pty=0"];
  const child = spawn("apt-get", [...options, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own: Ctrl-C in a terminal does not reach it.
    detached: true,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8" },
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  // Half an installation is worse than a late end, so a signal waits until apt-get is done.
  const wait = (): void => {
    process.stderr.write("waiting for apt-get to end …\n");
  };
  process.on("SIGINT", wait).on("SIGTERM", wait);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (code !== 0) {
      throw new Error(`apt-get ${args.join(" ")} failed:\n${Buffer.concat(output).toString()}`);
    }
  } finally {
    process.off("SIGINT", wait).off("SIGTERM", wait);
  }
}
