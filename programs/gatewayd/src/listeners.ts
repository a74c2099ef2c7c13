import { Server as HttpServer } from "node:http";
import type { Server, Socket } from "node:net";
import { resolve } from "node:path";
import { type ListenAddress, writeListenAddress } from "@countersign/settings";
import type { Desk } from "./desk.ts";
import { createFastCgiServer } from "./fastcgi-server.ts";
import { createHttpServer } from "./http-server.ts";
import { addressOf, changeMode, listen } from "./listen.ts";
import type { GatewaySettings } from "./settings.ts";

/** One address that web servers ask at. */
export interface Listener {
  /** `http://127.0.0.1:8403`, `fcgi://127.0.0.1:9000` or `unix:/path`. */
  readonly address: string;
  /** The file mode if it is a unix socket. */
  readonly socketMode: string;
  /** The same with another file mode, which holds from now on; connections that are open stay. */
  withMode(socketMode: string): Listener;
  /** Stops listening; connections get a moment to end. */
  close(): Promise<void>;
}

/** Listeners by what the settings say of each. */
export type Listeners = ReadonlyMap<string, Listener>;

const creators = { http: createHttpServer, fcgi: createFastCgiServer };
const closesWithinMs = 2_000;

/**
 * Listens wherever the settings say. What `before` has already is taken from there, with the file
 * mode of these settings; on failure the new ones are closed again, and the others as they were.
 *
 * @throws {GatewayError} `cannot-listen`, `missing-folder`, `socket-in-use` or `no-socket`.
 */
export async function openListeners(
  settings: GatewaySettings,
  desk: Desk,
  before: Listeners,
): Promise<Listeners> {
  const listeners = new Map<string, Listener>();
  const wanted = [
    ...settings.http.map((address) => ({ address, scheme: "http" as const })),
    ...settings.fastcgi.map((address) => ({ address, scheme: "fcgi" as const })),
  ];
  try {
    for (const { address, scheme } of wanted) {
      const name = `${scheme} ${writeListenAddress(address)}`;
      const known = before.get(name) ?? listeners.get(name);
      if (known === undefined) {
        const server = creators[scheme](desk, address.kind, settings.limits);
        const at = placed(address, desk.world.baseFolder);
        listeners.set(name, await open(server, at, settings.socketMode, scheme));
      } else {
        listeners.set(name, known);
      }
    }
    return new Map([...listeners].map(([name, it]) => [name, it.withMode(settings.socketMode)]));
  } catch (error) {
    await closeListeners(listeners, before);
    for (const listener of before.values()) listener.withMode(listener.socketMode);
    throw error;
  }
}

/** Closes those that are not among `kept`. */
export async function closeListeners(listeners: Listeners, kept: Listeners): Promise<void> {
  const closing = [...listeners].filter(([name]) => !kept.has(name));
  await Promise.all(closing.map(([, listener]) => listener.close()));
}

function placed(address: ListenAddress, baseFolder: string): ListenAddress {
  return address.kind === "tcp" ? address : { ...address, path: resolve(baseFolder, address.path) };
}

async function open(
  server: Server,
  address: ListenAddress,
  socketMode: string,
  scheme: keyof typeof creators,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listen(server, address, modeOf(socketMode));
  let current = socketMode;
  const withMode = (socketMode: string): Listener => {
    if (address.kind === "unix" && socketMode !== current) {
      changeMode(address.path, modeOf(socketMode));
      current = socketMode;
    }
    const close = () => closeServer(server, sockets);
    return { address: addressOf(server, scheme), socketMode, withMode, close };
  };
  return withMode(socketMode);
}

function modeOf(digits: string): number {
  return Number.parseInt(digits, 8);
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, closesWithinMs);
    // An HTTP server closes idle connections itself, and lets the others have their answer.
    server.close(() => {
      clearTimeout(cutOff);
      resolve();
    });
    if (!(server instanceof HttpServer)) for (const socket of sockets) socket.end();
  });
}
