import { constants } from "node:fs";
import { type FileHandle, mkdir, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import {
  allowLegacySignatures,
  exportPublicJwk,
  exportPublicPem,
  importPrivateKey,
  importPublicKey,
  type KeyOptions,
  type SigningKey,
  TicketError,
  type TicketErrorCode,
  type VerificationKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { CommandError } from "./command-error.ts";
import { readFileBounded } from "./read-bounded.ts";

/** RSA-4096 in PEM takes 3,300 bytes; a file many times that is something else. */
export const maxKeyFileBytes = 65_536;

/** A key file, as `keys show` and `keys list` tell of it. */
export interface KeyFile {
  readonly path: string;
  readonly half: "private" | "public";
  /** Permission bits. */
  readonly mode: number;
  readonly key: VerificationKey;
}

/**
 * Reads a key of either half, also of old kinds: to describe it, not to verify with it.
 *
 * @throws {CommandError} `missing-file`, `too-large` or `bad-key`.
 */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const { text, mode } = await readFileBounded(path, maxKeyFileBytes);
  const options: KeyOptions = { legacy: allowLegacySignatures };
  return namingFile(path, () => {
    try {
      return { path, half: "public", mode, key: importPublicKey(text, options) };
    } catch (error) {
      if (!(error instanceof TicketError) || error.code !== "private-key-given") throw error;
      const key = verificationKeyOf(importPrivateKey(text, options));
      return { path, half: "private", mode, key };
    }
  });
}

/** @throws {CommandError} as {@link readKeyFile}; a private key is refused. */
export async function readPublicKey(path: string, options: KeyOptions): Promise<VerificationKey> {
  const { text } = await readFileBounded(path, maxKeyFileBytes);
  return namingFile(path, () => importPublicKey(text, options));
}

/** @throws {CommandError} as {@link readKeyFile}. */
export async function readPrivateKey(path: string, options: KeyOptions): Promise<SigningKey> {
  const { text } = await readFileBounded(path, maxKeyFileBytes);
  return namingFile(path, () => importPrivateKey(text, options));
}

function namingFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TicketError)) throw error;
    const advice = advices[error.code];
    const more = advice === undefined ? "" : ` (${advice})`;
    throw new CommandError("bad-key", `${path}: ${error.message}${more}`);
  }
}

const advices: Partial<Record<TicketErrorCode, string>> = {
  "legacy-signature": "--legacy allows them",
  "private-key-given": "countersign keys show prints the public half",
};

/** What may be shown of a key: never its private half. */
export function describeKey({ path, half, mode, key }: KeyFile) {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key.publicKey;
  return {
    path,
    id: key.id,
    type: type === "ec" ? "ecdsa" : (type ?? "unknown"),
    bits: details?.modulusLength ?? 256,
    half,
    mode: mode.toString(8).padStart(4, "0"),
    warning: half === "private" ? modeWarning(mode) : undefined,
    pem: exportPublicPem(key),
    jwk: exportPublicJwk(key),
  };
}

/** What is wrong with the permissions of a private key, and what to do. */
function modeWarning(mode: number): string | undefined {
  return (mode & 0o077) === 0 ? undefined : "other users can open this private key: chmod 600 it";
}

/**
 * Writes a private key (mode 0600) to `path` and its public half (0644) to `path`.pub, both
 * durably or not at all. A folder that is missing is made (0700).
 *
 * @throws {CommandError} `file-exists`: nothing is ever overwritten.
 */
export async function writeKeyPair(path: string, privatePem: string, publicPem: string) {
  const publicPath = `${path}.pub`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Both names are taken before anything is written, so that no half of a pair is left alone.
  await using privateFile = await createFile(path, 0o600);
  try {
    await using publicFile = await createFile(publicPath, 0o644);
    await writeDurably(privateFile, privatePem);
    await writeDurably(publicFile, publicPem);
  } catch (error) {
    await unlink(path);
    throw error;
  }
  await using folder = await open(dirname(path), constants.O_RDONLY);
  await folder.sync();
  return { publicPath };
}

async function createFile(path: string, mode: number): Promise<FileHandle> {
  try {
    return await open(path, "wx", mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const advice = "keys are never overwritten: choose another name, or move it away first";
    throw new CommandError("file-exists", `${path} exists; ${advice}`);
  }
}

async function writeDurably(file: FileHandle, text: string): Promise<void> {
  await file.writeFile(text);
  await file.sync();
}
