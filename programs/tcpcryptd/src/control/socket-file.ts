import { chmodSync } from "node:fs";
import { lstat, mkdir, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { dirname } from "node:path";
import { TcpcryptdError } from "../supervisor/tcpcryptd-error.ts";

/**
 * Listens at a unix socket that everybody may open; a folder that is missing is made. What an earlier
 * process left is replaced.
 *
 * @throws {TcpcryptdError} `already-running` or `no-control-socket`
 */
export async function listenAtSocket(server: Server, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 }).catch(fail);
  await makeRoom(path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ path, backlog: 511 }, () => {
      server.off("error", reject);
      resolve();
    });
  }).catch(fail);
  // Whoever asks is known by the kernel's word, so that the file's mode keeps nobody out.
  chmodSync(path, 0o666);

  function fail(cause: unknown): never {
    throw new TcpcryptdError("no-control-socket", path, { cause });
  }
}

async function makeRoom(path: string): Promise<void> {
  const found = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new TcpcryptdError("no-control-socket", path, { cause });
  });
  if (found === undefined) return;
  if (!found.isSocket()) throw new TcpcryptdError("no-control-socket", `${path} is no socket`);
  if (await isListening(path)) throw new TcpcryptdError("already-running", path);
  await unlink(path);
}

/** Only a refused connection proves that nobody listens. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}
