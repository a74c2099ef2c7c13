import { once } from "node:events";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { systemCalls } from "../../src/kernel/system-calls.ts";
import { Leg, type LegWorld } from "../../src/worker/leg.ts";
import { ReadBuffer } from "../../src/worker/read-buffer.ts";

/** What legs need, with the real SO_LINGER, so that a reset here is a reset. */
const legWorld: LegWorld = {
  systemCalls: systemCalls(),
  reads: new ReadBuffer(),
  open: new Set(),
  mistaken(error) {
    throw error;
  },
};

/** A connection over loopback: the far end as a plain socket, the near end as a leg. */
export async function legAndFarEnd(server: Server): Promise<{ leg: Leg; far: Socket }> {
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const far = dial({ port: portOf(server), host: "127.0.0.1", allowHalfOpen: true });
  await once(far, "connect");
  const [near] = await accepted;
  const leg = Leg.ofAccepted(near, legWorld);
  if (leg === undefined) throw new Error("the connection is gone");
  return { leg, far };
}

/** A server for {@link legAndFarEnd}; ends with `t`. */
export async function listening(t: { after(end: () => void): void }): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return server;
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A socket that connects over loopback, and says only through {@link allOf} how it ended. */
export function connecting(port: number, localPort?: number): Socket {
  const from = localPort === undefined ? {} : { localAddress: "127.0.0.1", localPort };
  const socket = dial({ port, host: "127.0.0.1", allowHalfOpen: true, ...from });
  return socket.on("error", () => {});
}

/** What came out of a socket until its end, or the code of the error that ended it. */
export async function allOf(socket: Socket): Promise<Buffer | string> {
  const pieces: Buffer[] = [];
  socket.on("data", (piece: Buffer) => pieces.push(piece));
  return new Promise((resolve) => {
    socket.once("end", () => resolve(Buffer.concat(pieces)));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "error"));
  });
}

/** Closes with a reset. */
export function resets(socket: Socket): void {
  socket.resetAndDestroy();
}

/** Writes `piece` again and again until nobody takes it any more; gives how often. */
export async function writtenUntilItStops(socket: Socket, piece: Buffer): Promise<number> {
  for (let count = 1; count < 1000; count += 1) {
    socket.write(piece);
    // Turns of the event loop stand for time: the other ends are in this process.
    for (let turn = 0; socket.writableNeedDrain && turn < 2000; turn += 1) await setImmediate();
    if (socket.writableNeedDrain) return count;
  }
  return 1000;
}

/** A wire that the test can cut or change: passes connections on to `port`. */
export async function wireTo(
  t: { after(end: () => void): void },
  port: number,
): Promise<{ port: number; connection: Promise<{ near: Socket; far: Socket }> }> {
  const server = await listening(t);
  const connection = once(server, "connection").then(([near]: Socket[]) => {
    if (near === undefined) throw new Error("no connection");
    const far = dial({ port, host: "127.0.0.1", allowHalfOpen: true });
    near.on("error", () => far.resetAndDestroy());
    far.on("error", () => near.resetAndDestroy());
    t.after(() => [near, far].map((socket) => socket.destroy()));
    near.pipe(far);
    far.pipe(near);
    return { near, far };
  });
  return { port: portOf(server), connection };
}
