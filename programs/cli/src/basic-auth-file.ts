import { randomBytes } from "node:crypto";
import { encodeBasicAuth, encryptBasicAuth } from "@countersign/ticket";
import { CommandError } from "./command-error.ts";
import { readFileBounded, readStreamBounded } from "./read-bounded.ts";
import type { Terminal } from "./terminal.ts";

const maxBytes = 4096;
const keyBytes = 16;

/** Where `user:password` comes from, and the key that hides it; never from an argument. */
export interface BasicAuthOptions {
  /** `-`: standard input. */
  readonly basicAuthFile?: string;
  readonly passthroughKeyFile?: string;
}

/**
 * The ticket's `bauth`: encrypted if there is a key, else only encoded. `undefined`: none is asked
 * for.
 *
 * @throws {CommandError} `missing-file`, `too-large`, `bad-key` or `wrong-usage`.
 * @throws {TicketError} `bad-basic-auth`.
 */
export async function readBasicAuth(
  terminal: Terminal,
  { basicAuthFile, passthroughKeyFile }: BasicAuthOptions,
): Promise<string | undefined> {
  if (basicAuthFile === undefined) {
    if (passthroughKeyFile === undefined) return undefined;
    throw new CommandError("wrong-usage", "--passthrough-key-file needs --basic-auth-file");
  }
  const credentials =
    basicAuthFile === "-"
      ? await readStreamBounded(terminal.stdin, maxBytes)
      : await readLine(basicAuthFile);
  if (passthroughKeyFile === undefined) return encodeBasicAuth(credentials);
  const key = await readLine(passthroughKeyFile);
  // A byte that is no UTF-8 has become a replacement character, and the key another one.
  if (Buffer.byteLength(key) !== keyBytes || key.includes("\ufffd")) {
    const message = `${passthroughKeyFile}: a pass-through key is text of exactly 16 bytes`;
    throw new CommandError("bad-key", message);
  }
  return encryptBasicAuth(credentials, key, randomBytes(keyBytes));
}

async function readLine(path: string): Promise<string> {
  const { text } = await readFileBounded(path, maxBytes);
  return text.replace(/\r?\n$/, "");
}
