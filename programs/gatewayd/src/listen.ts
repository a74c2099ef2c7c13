import { chmodSync } from "node:fs";
import { lstat, stat, unlink } from "node:fs/promises";
import { type AddressInfo, connect, type Server } from "node:net";
import { dirname } from "node:path";
import { GatewayError } from "./gateway-error.ts";
import { type GatewayAddress, writeListenAddress } from "./settings/listen-address.ts";

/** An address, or a socket that is open already, by its descriptor. */
export type ListenTarget =
  | Exclude<GatewayAddress, { readonly kind: "systemd" }>
  | { readonly kind: "systemd"; readonly name: string; readonly fd: number };

/**
 * Starts to listen. A unix socket that nobody listens on any more is replaced; it gets `mode`, and
 * goes when the server closes. A socket of systemd's stays as it is.
 *
 * @throws {GatewayError} `cannot-listen`, `missing-folder`, `socket-in-use` or `no-socket`.
 */
export async function listen(server: Server, target: ListenTarget, mode: number): Promise<void> {
  if (target.kind === "unix") await makeRoom(target.path);
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(new GatewayError("cannot-listen", writeListenAddress(target), { cause }));
    server.once("error", fail);
    server.listen(optionsFor(target), () => {
      server.off("error", fail);
      resolve();
    });
    // The socket exists when listen() returns. Until here the umask keeps others from writing to it.
    if (target.kind === "unix" && server.listening) chmodSync(target.path, mode);
  });
}

function optionsFor(target: ListenTarget) {
  // So many connections wait while we are busy; the default of 511 is soon reached under load.
  const backlog = 4096;
  switch (target.kind) {
    case "unix":
      return { path: target.path, backlog };
    case "tcp":
      return { host: target.host, port: target.port, backlog };
    case "systemd":
      return { fd: target.fd, backlog };
  }
}

/** Who may ask at a server that listens: whoever may open its unix socket, or any address. */
export function peersOf(server: Server): "unix" | "tcp" {
  // A unix socket that was handed over has no address that the server knows.
  return server.address() === null || typeof server.address() === "string" ? "unix" : "tcp";
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

/** Where a server listens: `http://127.0.0.1:8403`, `fcgi://…`, `unix:/path` or `systemd:name`. */
export function addressOf(server: Server, scheme: string, target: ListenTarget): string {
  if (target.kind !== "tcp") return writeListenAddress(target);
  // The system may have chosen the port.
  const { family, address, port } = server.address() as AddressInfo;
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
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
