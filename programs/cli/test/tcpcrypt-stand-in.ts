import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type {
  EncryptedConnection,
  PlainConnection,
  TcpcryptConnection,
  TcpcryptStatus,
} from "@countersign/tcpcrypt-client";
import { temporaryFolder } from "./command.ts";

export const sessionIds = { first: `23${"AB".repeat(32)}`, second: `23${"CD".repeat(32)}` };

/** An encrypted connection from port 40000 of this machine. */
export const encrypted: EncryptedConnection = {
  direction: "outgoing",
  local: { address: "10.0.0.1", port: 40_000 },
  remote: { address: "10.0.0.2", port: 80 },
  bytes: { sent: 1_400_000, received: 12 },
  openedAt: 1_790_000_000,
  encrypted: true,
  sessionId: sessionIds.first,
  role: "A",
  tep: "curve25519",
  aead: "aes-128-gcm",
  resumed: false,
  aware: { local: false, remote: false },
  rekeys: { local: 0, remote: 0 },
};

/** A connection of an IPv6 client to this machine, in the clear. */
export const plain: PlainConnection = {
  direction: "incoming",
  local: { address: "2001:db8::1", port: 80 },
  remote: { address: "2001:db8::2", port: 50_000 },
  bytes: { sent: 0, received: 0 },
  openedAt: 1_790_000_000,
  encrypted: false,
  reason: "option-lost",
};

export const status: TcpcryptStatus = {
  pid: 4711,
  startedAt: 1_790_000_000,
  workers: [
    {
      index: 0,
      pid: 4712,
      counts: {
        open: { encrypted: 1, plain: 1, opening: 0 },
        opened: { encrypted: 5, plain: 2, resumed: 3 },
        aborted: { "bad-frame": 1 },
        cachedSecrets: 4,
      },
    },
    { index: 1, pid: null, counts: null },
    { index: 2, pid: 4714, counts: null },
  ],
  rules: [
    { direction: "outgoing", ports: [80, 8080], mode: "required", conditions: ["to 10.0.0.0/8"] },
    { direction: "incoming", ports: "all", mode: "opportunistic", conditions: [] },
  ],
  hold: { by: "target", dials: 2 },
  plainDestinations: 3,
  warnings: ["this machine has no IPv6: only IPv4 is encrypted"],
};

/** What stands in for tcpcryptd at a control socket. */
export interface StandIn extends AsyncDisposable {
  /** To be given after the name of a command. */
  readonly options: readonly string[];
  /** Tells watchers. */
  tell(event: "opened" | "closed", connection: TcpcryptConnection): void;
  /** Resolves when somebody has begun to watch. */
  readonly watched: Promise<unknown>;
}

/** Knows `connections`, and is well. */
export async function standIn(connections: readonly TcpcryptConnection[]): Promise<StandIn> {
  const folder = await temporaryFolder();
  const path = join(folder.path, "tcpcrypt.sock");
  const sockets = new Set<Socket>();
  const watchers: { socket: Socket; id: number }[] = [];
  let begun = () => {};
  const watched = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const write = (socket: Socket, id: number, answer: object) =>
    socket.write(`${JSON.stringify({ v: 1, id, ...answer })}\n`);
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    createInterface({ input: socket }).on("line", (line) => {
      const { id, ask, local, remote } = JSON.parse(line);
      if (ask === "watch") watchers.push({ socket, id });
      else if (ask === "connections") write(socket, id, { connections });
      else if (ask === "status") write(socket, id, { status });
      else {
        const same = (one: TcpcryptConnection) =>
          JSON.stringify([one.local, one.remote]) === JSON.stringify([local, remote]);
        write(socket, id, { connection: connections.find(same) ?? null });
      }
      if (ask === "connections" && watchers.length > 0) begun();
    });
  });
  server.listen(path);
  await once(server, "listening");
  return {
    options: ["--socket", path],
    watched,
    tell(event, connection) {
      for (const { socket, id } of watchers) write(socket, id, { event, connection });
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
      await folder[Symbol.asyncDispose]();
    },
  };
}
