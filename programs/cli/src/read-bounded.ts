import { open } from "node:fs/promises";
import { CommandError } from "./command-error.ts";

/**
 * The whole of a file as UTF-8, and its permission bits, read from the same open file.
 *
 * @throws {CommandError} `missing-file` or `too-large`.
 */
export async function readFileBounded(
  path: string,
  maxBytes: number,
): Promise<{ readonly text: string; readonly mode: number }> {
  await using file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    throw new CommandError("missing-file", `cannot read ${path}: ${reasonOf(error)}`);
  });
  const stats = await file.stat();
  // A device or pipe has no size to hold it to, and may never end.
  if (!stats.isFile()) throw new CommandError("missing-file", `${path} is not a regular file`);
  if (stats.size > maxBytes) throw tooLarge(path, maxBytes);
  const bytes = await file.readFile();
  if (bytes.length > maxBytes) throw tooLarge(path, maxBytes);
  return { text: bytes.toString("utf8"), mode: stats.mode & 0o777 };
}

/**
 * Everything on standard input as UTF-8, without the one line break that commands and editors put
 * at the end.
 *
 * @throws {CommandError} `too-large`.
 */
export async function readStreamBounded(
  stream: NodeJS.ReadableStream,
  maxBytes: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > maxBytes) throw tooLarge("standard input", maxBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

function tooLarge(name: string, maxBytes: number): CommandError {
  return new CommandError("too-large", `${name} has more than ${maxBytes} bytes`);
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EISDIR: "it is a folder",
  ELOOP: "too many symbolic links",
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is not a folder",
};

function reasonOf({ code = "" }: NodeJS.ErrnoException): string {
  return reasons[code] ?? code;
}
