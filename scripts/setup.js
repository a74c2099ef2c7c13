// Plain JavaScript for Node 18 and newer: it runs before there is a node_modules folder.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

/** The folder of the repository, ending in a slash. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * One entry of a lockfile's `packages`.
 *
 * @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} Locked
 */

/** Installs the locked dependencies when some are missing or are not the locked ones. */
export function installDependencies() {
  const wanted = lockedPackages(`${root}package-lock.json`);
  // npm writes this file last, so it also tells whether an earlier installation was cut short.
  const present = lockedPackages(`${root}node_modules/.package-lock.json`);
  if (isInstalled(wanted, present)) return;
  process.stderr.write("countersign: installing the locked dependencies (npm ci) …\n");
  const { status, error } = spawnSync("npm", ["ci", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (status !== 0) {
    throw new Error(`npm ci failed in ${root}: see its messages above`, { cause: error });
  }
}

/**
 * Whether `present` holds every package of `wanted`, as locked. Optional ones may be absent: they
 * are for other platforms.
 *
 * @param {Readonly<Record<string, Locked>>} wanted
 * @param {Readonly<Record<string, Locked>>} present
 */
export function isInstalled(wanted, present) {
  return Object.entries(wanted).every(([path, locked]) => {
    if (path === "") return true;
    const found = present[path];
    if (found === undefined) return locked.optional === true;
    return found.version === locked.version && found.integrity === locked.integrity;
  });
}

/**
 * @param {string} file
 * @returns {Record<string, Locked>}
 */
function lockedPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {};
}

/**
 * The path of a Node that can run the sources: the running one if it is new enough, else the
 * pinned one that npm installed for this platform.
 */
export function nodeBinary() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  const names = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ];
  for (const name of names) {
    const path = `${root}node_modules/${name}/bin/node`;
    if (existsSync(path)) return path;
  }
  throw new Error(
    `countersign needs Node 24 or newer; this is ${process.version}, and npm has no pinned Node ` +
      `for ${process.platform}-${process.arch}: install Node 24 and try again`,
  );
}

/**
 * Runs `script` on the right Node with this process's streams, passes signals on and ends as it
 * ends.
 *
 * @param {string} script
 * @param {readonly string[]} args
 */
export function runScript(script, args) {
  const node = nodeBinary();
  const child = spawn(node, [script, ...args], { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    // A terminal sends SIGINT to the whole group; the child hears it itself and decides.
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`countersign: cannot start ${node}: ${error.message}\n`);
    process.exitCode = 2;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
  });
}

/**
 * Prints why set-up failed, without a stack, and sets the exit code.
 *
 * @param {() => void} work
 */
export function orExplain(work) {
  try {
    work();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 2;
  }
}
