import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { SecretSource } from "@countersign/settings";
import { GatewayError } from "./gateway-error.ts";
import type { World } from "./world.ts";

/**
 * The text of a secret, without the line end that editors put after it.
 *
 * @param setting Its name, for whoever reads what went wrong.
 * @throws {GatewayError} `unreadable-secret`
 */
export async function readSecret(
  source: SecretSource,
  setting: string,
  { baseFolder, environment = {} }: Pick<World, "baseFolder" | "environment">,
): Promise<string> {
  if ("environment" in source) {
    const text = environment[source.environment];
    if (text !== undefined) return text;
    throw new GatewayError("unreadable-secret", `${setting}: ${source.environment}`);
  }
  try {
    const text = await readFile(resolve(baseFolder, source.file), "utf8");
    return text.replace(/\r?\n$/, "");
  } catch (cause) {
    throw new GatewayError("unreadable-secret", `${setting}: ${source.file}`, { cause });
  }
}

/** @throws {GatewayError} `bad-secret`: it has another number of bytes. */
export function requireBytes(text: string, setting: string, least: number, most = least): string {
  const { length } = new TextEncoder().encode(text);
  if (length >= least && length <= most) return text;
  throw new GatewayError("bad-secret", setting);
}
