import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SecretSource } from "@countersign/settings";
import { LoginError } from "./login-error.ts";
import type { World } from "./world.ts";

/**
 * Reads a secret from its file, which has to be its owner's alone, or from the environment.
 *
 * @throws {LoginError} `secret-unreadable` or `unsafe-file-mode`.
 */
export function readSecret(source: SecretSource, world: World): string {
  if ("file" in source) return readText(resolve(world.baseFolder, source.file), 0o077);
  const value = (world.environment ?? process.env)[source.environment];
  if (value === undefined) {
    throw new LoginError("secret-unreadable", `environment variable ${source.environment}`);
  }
  return value;
}

/**
 * Reads the text of a public key.
 *
 * @throws {LoginError} `secret-unreadable`.
 */
export function readPublicText(file: string, { baseFolder }: World): string {
  return readText(resolve(baseFolder, file), 0);
}

/** The mode is that of the very file which is read. */
function readText(path: string, forbiddenMode: number): string {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    if ((fstatSync(file).mode & forbiddenMode) !== 0) {
      throw new LoginError("unsafe-file-mode", path);
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof LoginError) throw error;
    throw new LoginError("secret-unreadable", path, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
