import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandError } from "../command-error.ts";
import type { Migration } from "./migrate-apache.ts";

/**
 * Writes a migration into `folder`: gateway.yaml, apache.conf, keys, and the changed files by their
 * whole paths under `files`. Gives the paths. Old configurations hold passwords, so that nobody
 * else can read any of it.
 *
 * @throws {CommandError} `file-exists`: nothing is ever overwritten.
 */
export async function writeMigration(
  folder: string,
  { yaml, apache, files, secrets }: Migration,
): Promise<readonly string[]> {
  const all = [
    { path: join(folder, "gateway.yaml"), text: yaml },
    { path: join(folder, "apache.conf"), text: apache },
    ...secrets.map(({ name, text }) => ({ path: join(folder, name), text })),
    ...files.map(({ path, text }) => ({ path: join(folder, "files", path), text })),
  ];
  for (const { path, text } of all) {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await using file = await open(path, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      const advice = "nothing is overwritten: choose another folder, or move it away first";
      throw new CommandError("file-exists", `${path} exists; ${advice}`);
    });
    await file.writeFile(text);
  }
  return all.map(({ path }) => path);
}
