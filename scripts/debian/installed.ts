import type { DebianPackage } from "./packages.ts";

/**
 * The packages of `wanted` that are not installed.
 *
 * @param status `package status` lines, as dpkg-query prints them
 */
export function missingPackages(
  wanted: readonly DebianPackage[],
  status: string,
): readonly DebianPackage[] {
  const lines = new Set(status.split("\n"));
  return wanted.filter(({ name }) => !lines.has(`${name} installed`));
}

/** Tells someone who is not root, or not on Debian, what to install and what for. */
export function describeMissing(missing: readonly DebianPackage[], why: string): string {
  const width = Math.max(...missing.map(({ name }) => name.length));
  return [
    `these Debian packages are missing, and ${why}:`,
    ...missing.map(({ name, reason }) => `  ${name.padEnd(width)}  ${reason}`),
    "install them (or what your system calls them), for example:",
    `  sudo apt-get install --no-install-recommends ${missing.map(({ name }) => name).join(" ")}`,
    "tests that need only npm: npm run test:unit",
  ].join("\n");
}
