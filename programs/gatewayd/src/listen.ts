import { chmodSync } from "node:fs";
import { lstat, stat, unlink } from "node:fs/promises";
import { type AddressInfo, connect, type Server } from "node:net";
import { dirname } from "node:path";
import { type ListenAddress, writeListenAddress } from "@countersign/settings";
import { GatewayError } from "./gateway-error.ts";

/**
 * Starts to listen. A unix socket that nobody listens on any more is replaced; it gets `mode`, and
 * goes when the server closes.
 *
 * @throws {GatewayError} `cannot-listen`, `missing-folder`, `socket-in-use` or `no-socket`.
 */
export async function listen(server: Server, address: ListenAddress, mode: number): Promise<void> {
  if (address.kind === "unix") await makeRoom(address.path);
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(new GatewayError("cannot-listen", writeListenAddress(address), { cause }));
    server.once("error", fail);
    server.listen(address.kind === "unix" ? { path: address.path } : address, () => {
      server.off("error", fail);
      resolve();
    });
    // The socket exists when listen() returns. Until here the umask keeps others from writing to it.
    if (address.kind === "unix" && server.listening) chmodSync(address.path, mode);
  });
}

/**
 * Gives the unix socket of a server that listens another mode.
 *
 * @throws {GatewayError} `cannot-listen`: it has gone, or belongs to somebody else.
 */
export function changeMode(path: string, mode: number): void {
  try {
    chmodSync(path, mode);
  } catch (cause) {
    throw new GatewayError("cannot-listen", path, { cause });
  }
}

/** Where a server listens: `http://127.0.0.1:8403`, `fcgi://…`, or `unix:/path`. */
export function addressOf(server: Server, scheme: "http" | "fcgi"): string {
  const address = server.address() as AddressInfo | string;
  if (typeof address === "string") return `unix:${address}`;
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${address.port}`;
}

async function makeRoom(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new GatewayError("cannot-listen", path, { cause: error });
  });
  if (found === undefined) return requireFolder(dirname(path));
  if (!found.isSocket()) throw new GatewayError("no-socket", path);
  if (await isListening(path)) throw new GatewayError("socket-in-use", path);
  await unlink(path);
}

/** The system would say "permission denied". The folder decides who may ask, so we do not guess. */
async function requireFolder(folder: string): Promise<void> {
  await stat(folder).catch((cause) => {
    throw new GatewayError("missing-folder", folder, { cause });
  });
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
