import { Server as HttpServer } from "node:http";
import type { Server, Socket } from "node:net";
import { type ListenAddress, writeListenAddress } from "@countersign/settings";
import type { Desk } from "./desk.ts";
import { createFastCgiServer } from "./fastcgi-server.ts";
import { createHttpServer } from "./http-server.ts";
import { addressOf, listen } from "./listen.ts";
import type { GatewaySettings } from "./settings.ts";

/** One address that web servers ask at. */
export interface Listener {
  /** `http://127.0.0.1:8403`, `fcgi://127.0.0.1:9000` or `unix:/path`. */
  readonly address: string;
  /** Stops listening; connections get a moment to end. */
  close(): Promise<void>;
}

/** Listeners by what the settings say of each. */
export type Listeners = ReadonlyMap<string, Listener>;

const creators = { http: createHttpServer, fcgi: createFastCgiServer };
const closesWithinMs = 2_000;

/**
 * Listens wherever the settings say. What `before` has already is taken from there, untouched; on
 * failure only the new ones are closed again.
 *
 * @throws {GatewayError} `cannot-listen`, `socket-in-use` or `no-socket`.
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
        listeners.set(name, await open(server, address, settings.socketMode, scheme));
      } else {
        listeners.set(name, known);
      }
    }
  } catch (error) {
    await closeListeners(listeners, before);
    throw error;
  }
  return listeners;
}

/** Closes those that are not among `kept`. */
export async function closeListeners(listeners: Listeners, kept: Listeners): Promise<void> {
  const closing = [...listeners].filter(([name]) => !kept.has(name));
  await Promise.all(closing.map(([, listener]) => listener.close()));
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
  await listen(server, address, Number.parseInt(socketMode, 8));
  return { address: addressOf(server, scheme), close: () => close(server, sockets) };
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
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
