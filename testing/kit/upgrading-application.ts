import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { atEnd, type Owner } from "./cleanup.ts";

/**
 * Starts an application on `application.sock` in `folder` that takes every upgrade, says whom it
 * takes its visitor for in the header `X-Seen-User`, and then sends back whatever comes.
 */
export async function startUpgradingApplication(owner: Owner, folder: string): Promise<void> {
  const upgraded = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(426).end());
  server.on("upgrade", ({ headers }, socket) => {
    upgraded.add(socket);
    socket.on("error", () => socket.destroy());
    const seen = `X-Seen-User: ${headers["remote-user"] ?? ""}`;
    const accept = `Sec-WebSocket-Accept: ${acceptFor(headers["sec-websocket-key"] ?? "")}`;
    const lines = ["HTTP/1.1 101 Switching Protocols", "Connection: upgrade", "Upgrade: websocket"];
    socket.write([...lines, accept, seen, "", ""].join("\r\n"));
    socket.pipe(socket);
  });
  atEnd(owner, () => {
    for (const socket of upgraded) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  const socket = join(folder, "application.sock");
  await once(server.listen(socket), "listening");
  // The web server works as another user.
  chmodSync(socket, 0o666);
}

/** RFC 6455 §4.2.2: HAProxy holds the server to it. */
function acceptFor(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}
