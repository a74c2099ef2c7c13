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

/** The same for the socket of an address, if it has one. Who connects there must find us. */
export async function wrongWithSocket(
  address: ListenAddress,
  baseFolder: string,
): Promise<string | undefined> {
  if (address.kind !== "unix") return undefined;
  const path = resolve(baseFolder, address.path);
  const wrong = await wrongWithNewFile(path);
  if (wrong !== undefined) return wrong;
  const { mode } = await stat(dirname(path));
  if ((mode & 0o002) === 0) return undefined;
  return `a path in a folder where nobody else can put a socket, unlike ${dirname(path)}`;
}

/** The same for a socket that everybody may write to, so that its folder must keep them out. */
export async function wrongWithOpenSocket(
  address: ListenAddress,
  baseFolder: string,
): Promise<string | undefined> {
  if (address.kind !== "unix") return undefined;
  const { mode } = await stat(dirname(resolve(baseFolder, address.path)));
  if ((mode & 0o001) === 0) return undefined;
  return "a socketMode without rights for others, or a folder that keeps them out: whoever can write to it is believed";
}

function allows(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
