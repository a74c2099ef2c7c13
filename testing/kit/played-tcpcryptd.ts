import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ConnectionEnds } from "@countersign/tcpcrypt-client";
import { atEnd, type Owner } from "./cleanup.ts";

/** A control socket like tcpcryptd's, without tcpcrypt behind it. */
export interface PlayedTcpcryptd {
  readonly socket: string;
  /** Every connection that was asked about, in order. */
  readonly asked: readonly ConnectionEnds[];
  /** How many connections were opened to it. */
  readonly clients: () => number;
  stop(): Promise<void>;
}

/** What it answers; `undefined`: that it knows no such connection. `silence`: nothing. */
export type PlayedAnswer = (connection: ConnectionEnds) => string | undefined | "silence";

/**
 * Starts to answer on `tcpcrypt.sock` in `folder`: unless told otherwise as if every connection
 * were encrypted, with the session ID that {@link playedSessionId} gives.
 */
export async function startPlayedTcpcryptd(
  owner: Owner,
  folder: string,
  answer: PlayedAnswer = playedSessionId,
): Promise<PlayedTcpcryptd> {
  const asked: ConnectionEnds[] = [];
  const open = new Set<Socket>();
  let clients = 0;
  const server = createServer((client) => {
    clients += 1;
    open.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => open.delete(client));
    createInterface({ input: client }).on("line", (line) => {
      const { v, id, ask, local, remote } = JSON.parse(line);
      if (v !== 1 || ask !== "session") throw new Error(`not asked as agreed: ${line}`);
      asked.push({ local, remote });
      const sessionId = answer({ local, remote });
      if (sessionId === "silence") return;
      const known = { direction: "incoming", local, remote, encrypted: true, role: "B" };
      const more = { tep: "curve25519", aead: "aes-128-gcm", resumed: false };
      const connection = sessionId === undefined ? null : { ...known, sessionId, ...more };
      client.write(`${JSON.stringify({ v: 1, id, connection })}\n`);
    });
  });
  const socket = join(folder, "tcpcrypt.sock");
  await once(server.listen(socket), "listening");
  // Web servers work as other users.
  chmodSync(socket, 0o666);
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    for (const client of open) client.destroy();
    await closed;
  };
  atEnd(owner, stop);
  return { socket, asked, clients: () => clients, stop };
}

/** The same for both ends of a connection, and for no other connection. */
export function playedSessionId({ local, remote }: ConnectionEnds): string {
  const ends = [local, remote].map(({ address, port }) => `${address} ${port}`).sort();
  return `23${createHash("sha256").update(ends.join("\n")).digest("hex")}`.toUpperCase();
}
