import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ListenAddress } from "@countersign/settings";

/**
 * What would be right in place of a file that a program makes when it starts; `undefined`: nothing
 * is wrong. The program makes the file, never its folder.
 */
export async function wrongWithNewFile(path: string): Promise<string | undefined> {
  const folder = dirname(path);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return `a path in a folder that exists: make ${folder} first`;
  if (await allows(folder, constants.W_OK | constants.X_OK)) return undefined;
  return `a path in a folder that this user can write to, unlike ${folder}`;
}

/** The same for a log that may be there already, to be written on. */
export async function wrongWithLog(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return wrongWithNewFile(path);
  if (found.isFile() && (await allows(path, constants.W_OK))) return undefined;
  return "a file that this user can write to";
}

/** The same for the socket of an address, if it has one. */
export async function wrongWithSocket(
  address: ListenAddress,
  baseFolder: string,
): Promise<string | undefined> {
  return address.kind === "unix" ? wrongWithNewFile(resolve(baseFolder, address.path)) : undefined;
}

function allows(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
