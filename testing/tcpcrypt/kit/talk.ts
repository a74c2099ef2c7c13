import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import type { Host } from "../../kit/namespaces/host.ts";
import { waitUntil } from "../../kit/wait-until.ts";
import type { ShownConnection } from "./control.ts";
import { type Daemon, viewOf } from "./daemon.ts";
import type { Ends } from "./ends.ts";

/** An established connection: each application's own socket. */
export interface Talk {
  readonly client: Socket;
  readonly server: Socket;
}

let nextPort = 3000;

/** A port that no other test of this process uses. */
export function freshPort(): number {
  return nextPort++;
}

/** Opens a connection from a to b and says one word each way, so that all handshakes are over. */
export async function openTalk(
  from: Host,
  to: Host,
  how: {
    port?: number;
    family?: 4 | 6;
    allowHalfOpen?: boolean;
    localAddress?: string;
    localPort?: number;
  } = {},
): Promise<Talk> {
  const { port = freshPort(), family = 4, ...options } = how;
  const accepted: Socket[] = [];
  const listening = await to.listen(port, (socket) => accepted.push(socket), options);
  const client = await from.connected({ address: to.address(family), port, ...options });
  await waitUntil(() => accepted.length > 0, 5000);
  listening.close();
  const server = accepted[0];
  assert(server !== undefined, "the server's application saw no connection");
  await say(client, server, "ping");
  await say(server, client, "pong");
  return { client, server };
}

/** Writes at one end and reads the same bytes at the other. @throws what either socket says */
export async function say(from: Socket, to: Socket, words: string): Promise<void> {
  from.write(words);
  assert.equal((await readBytes(to, Buffer.byteLength(words))).toString(), words);
}

/** Exactly so many bytes, or as many as came before the end. */
export async function readBytes(socket: Socket, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let missing = length;
  while (missing > 0 && !socket.readableEnded) {
    // All that is there: Node says "readable" for any rest, so that a wait for more would spin.
    const piece: Buffer | null = socket.read();
    if (piece === null) {
      await newsOf(socket);
      continue;
    }
    pieces.push(piece.subarray(0, missing));
    if (piece.length > missing) socket.unshift(piece.subarray(missing));
    missing -= Math.min(missing, piece.length);
  }
  return Buffer.concat(pieces);
}

/** Resolves when there is something to read, or the end. @throws what the socket says */
async function newsOf(socket: Socket): Promise<void> {
  const done = new AbortController();
  try {
    const { signal } = done;
    await Promise.race([once(socket, "readable", { signal }), once(socket, "end", { signal })]);
  } finally {
    done.abort();
  }
}

/** What both daemons say of a connection. */
export async function sessionsOf(
  { daemonA, daemonB }: Pick<Ends, "daemonA" | "daemonB">,
  { client, server }: Talk,
): Promise<{ a: ShownConnection; b: ShownConnection }> {
  const [a, b] = await Promise.all([sessionOf(daemonA, client), sessionOf(daemonB, server)]);
  return { a, b };
}

/** What a daemon says of the connection of one of its host's sockets. */
export async function sessionOf(daemon: Daemon, socket: Socket): Promise<ShownConnection> {
  const connection = await daemon.session(viewOf(socket));
  if (connection !== null) return connection;
  throw new Error(`${daemon.host.label}: no such connection; its log:\n${daemon.log}`);
}

/** Fails unless both ends tell of one encrypted connection. */
export async function assertEncrypted(
  ends: Pick<Ends, "daemonA" | "daemonB">,
  talk: Talk,
): Promise<{ a: ShownConnection; b: ShownConnection }> {
  const { a, b } = await sessionsOf(ends, talk);
  assert.equal(a.encrypted, true);
  assert.equal(b.encrypted, true);
  assert.match(a.sessionId ?? "", /^[0-9A-F]{66,}$/);
  assert.equal(a.sessionId, b.sessionId);
  assert.deepEqual([a.role, b.role], ["A", "B"]);
  return { a, b };
}

/** How a socket ended. */
export interface Ending {
  readonly received: Buffer;
  /** Whether an end of file came. */
  readonly ended: boolean;
  /** What the error said, if any: ECONNRESET … */
  readonly code: string | undefined;
}

/** Reads a socket to whatever end it comes to. */
export function endingOf(socket: Socket): Promise<Ending> {
  const received: Buffer[] = [];
  let ended = false;
  let code: string | undefined;
  socket.on("data", (chunk) => received.push(chunk));
  socket.once("end", () => {
    ended = true;
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    code = error.code;
  });
  return new Promise((resolve) => {
    socket.once("close", () => resolve({ received: Buffer.concat(received), ended, code }));
  });
}

/** Writes `total` bytes that no compression or repetition would hide, as fast as they are taken. */
export async function pour(socket: Socket, total: number): Promise<string> {
  const hash = createHash("sha256");
  for (let sent = 0, block = 0; sent < total; block++) {
    const bytes = createHash("shake256", { outputLength: Math.min(65_536, total - sent) })
      .update(`block ${block}`)
      .digest();
    hash.update(bytes);
    sent += bytes.length;
    if (!socket.write(bytes)) await once(socket, "drain");
  }
  return hash.digest("hex");
}

/** The hash of the next `total` bytes. @throws when the stream ends before */
export async function soak(socket: Socket, total: number): Promise<string> {
  const hash = createHash("sha256");
  let left = total;
  while (left > 0) {
    const bytes = await readBytes(socket, Math.min(left, 65_536));
    if (bytes.length === 0) throw new Error(`the stream ended ${left} bytes early`);
    hash.update(bytes);
    left -= bytes.length;
  }
  return hash.digest("hex");
}
