import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

const marker = "countersign: no services while the tests' packages are installed";

/** Forbids every start of a service; invoke-rc.d and deb-systemd-invoke ask it (exit 101: no). */
const policy = `#!/bin/sh\n# ${marker}\nexit 101\n`;

/**
 * Runs `work` while packages may not start services.
 *
 * A policy that is already at `path` is moved aside and put back, also when `work` fails, and also
 * by the next call if this process is killed in between.
 */
export async function withoutServiceStarts<T>(path: string, work: () => Promise<T>): Promise<T> {
  const aside = `${path}.countersign-aside`;
  putBack(path, aside);
  if (existsSync(path)) renameSync(path, aside);
  try {
    writeFileSync(path, policy);
    chmodSync(path, 0o755);
    return await work();
  } finally {
    putBack(path, aside);
  }
}

function putBack(path: string, aside: string): void {
  if (existsSync(path) && readFileSync(path, "utf8").includes(marker)) rmSync(path);
  if (existsSync(aside)) renameSync(aside, path);
}
