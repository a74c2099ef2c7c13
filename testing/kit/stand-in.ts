import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { atEnd, type Owner } from "./cleanup.ts";

/** What listens in place of a server of ours, and says what the test wants said. */
export interface StandIn {
  /** What has come, a text per connection, in Latin-1. */
  readonly heard: readonly string[];
}

/**
 * Listens on a unix socket, and answers each connection's first bytes with `answer` and its end.
 * `undefined`: says nothing and stays.
 */
export async function startStandIn(
  owner: Owner,
  path: string,
  answer: string | Uint8Array | undefined,
): Promise<StandIn> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("data", (bytes) => {
      heard.push(bytes.toString("latin1"));
      if (answer === undefined) return;
      if (typeof answer === "string") socket.end(answer, "latin1");
      else socket.end(answer);
    });
  });
  atEnd(owner, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server.listen(path), "listening");
  // The web server works as another user.
  chmodSync(path, 0o666);
  return { heard };
}
