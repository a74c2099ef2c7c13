// Plain JavaScript for Node 18 and newer: it runs before there is a node_modules folder.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const lockfile = `${root}package-lock.json`;
const stamp = `${root}node_modules/.countersign-lockfile`;

/** Installs the locked dependencies when they are missing or belong to another lockfile. */
export function installDependencies() {
  // A digest, not a date: switching branches changes the lockfile's content, not always its order in time.
  const wanted = createHash("sha256").update(readFileSync(lockfile)).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  process.stderr.write("countersign: installing the locked dependencies (npm ci) …\n");
  const { status, error } = spawnSync("npm", ["ci", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
  });
  if (status !== 0) {
    throw new Error(`npm ci failed in ${root}: see its messages above`, { cause: error });
  }
  writeFileSync(stamp, wanted);
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
    process.exitCode = signal === null ? (code ?? 1) : 128 + (signal === "SIGINT" ? 2 : 15);
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
