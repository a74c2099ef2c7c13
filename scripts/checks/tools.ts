import { spawn } from "node:child_process";
import { join, resolve } from "node:path";

const modules = join(import.meta.dirname, "../../node_modules");

/** What the compiler says about the whole tree below `root`: one line each. */
export function checkTypes(root: string): Promise<readonly string[]> {
  return complaints(root, "typescript/bin/tsc", ["--noEmit", "--pretty", "false"]);
}

/** What Biome says about form and style; its warnings count. */
export function checkStyle(root: string): Promise<readonly string[]> {
  return complaints(root, "@biomejs/biome/bin/biome", [
    "ci",
    "--error-on-warnings",
    "--colors=off",
  ]);
}

/** Files, exports and dependencies that nothing uses, or that are used undeclared. */
export function checkUnused(root: string): Promise<readonly string[]> {
  return complaints(root, "knip/bin/knip.js", ["--no-progress"]);
}

/**
 * Reference pages that are not what the sources say. A process of its own: a source that cannot be
 * loaded fails this check alone.
 */
export function checkGenerated(root: string): Promise<readonly string[]> {
  return complaints(root, join(root, "scripts/generate.ts"), ["--check"]);
}

/** The lines that a tool prints when it fails; nothing when it is content. */
async function complaints(
  root: string,
  script: string,
  args: readonly string[],
): Promise<readonly string[]> {
  const child = spawn(process.execPath, [resolve(modules, script), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return [];
  const lines = Buffer.concat(output).toString().split("\n");
  return [...lines.filter((line) => line.trim() !== ""), `(${script} ended with ${code})`];
}
