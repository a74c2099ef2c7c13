import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Owner } from "../kit/cleanup.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";

/** The project's root: the tests below use its built tarballs and its compiler, no sources. */
export const root = join(import.meta.dirname, "../..");

/** What a consumer of the middleware has beside our packages; types come with it. */
const consumersOwn = [
  "@types/node",
  "@types/express",
  "express",
  "fastify",
  "@types/koa",
  "koa",
  "hono",
  "@hono/node-server",
  "@types/ws",
  "ws",
];

/**
 * A folder of somebody who installed our packed packages: their tarballs are unpacked below
 * node_modules by hand, so that no registry is asked.
 */
export function consumerFolder(owner: Owner): string {
  const folder = temporaryFolder(owner);
  for (const tarball of run(process.execPath, [join(root, "scripts/pack.ts")])
    .trim()
    .split("\n")) {
    const { name } = JSON.parse(run("tar", ["-xzOf", tarball, "package/package.json"]));
    const target = join(folder, "node_modules", name);
    mkdirSync(target, { recursive: true });
    run("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
  }
  for (const name of consumersOwn) {
    const target = join(folder, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(root, "node_modules", name), target);
  }
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return folder;
}

/** Writes `text` as `file` in `folder` and gives its path. */
export function write(folder: string, file: string, text: string): string {
  const path = join(folder, file);
  writeFileSync(path, text);
  return path;
}

/** The TypeScript examples of a README, in their order. */
export function examplesIn(readme: string): readonly string[] {
  const text = readFileSync(readme, "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, example = ""]) => example);
}

/**
 * What a command prints.
 *
 * @throws {Error} what it printed, if it failed
 */
export function run(
  command: string,
  args: readonly string[],
  cwd = root,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  // Set inside a test, where it would change what a started Node prints.
  const env = { ...environment, NODE_TEST_CONTEXT: undefined };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
}
