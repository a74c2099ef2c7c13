import { unlink } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import type { Desk } from "./desk.ts";
import { addressOf, changeMode, type ListenTarget, listen, peersOf } from "./listen.ts";

/** One address that web servers ask at. */
export interface Listener {
  /** `http://127.0.0.1:8403`, `fcgi://127.0.0.1:9000`, `unix:/path` or `systemd:name`. */
  readonly address: string;
  /** The file mode if it is a unix socket of ours. */
  readonly socketMode: string;
  /** The same with another file mode, which holds from now on; connections that are open stay. */
  withMode(socketMode: string): Listener;
  /** Takes nobody else, lets requests end, and closes every connection. */
  close(): Promise<void>;
}

/**
 * A server that speaks with whoever connected; it does not listen itself. From the event `last-answers`
 * on it has no more than one answer for each connection.
 */
export interface Speaker extends Server {
  /** Closes the connections on which nothing is asked. */
  closeIdleConnections(): void;
}

/** What is spoken at an address. */
export interface Protocol {
  /** As in `http://127.0.0.1:8403`. */
  readonly scheme: "http" | "https" | "fcgi";
  create(desk: Desk, peers: "unix" | "tcp"): Speaker;
}

const checksEachMs = 1_000;
const lingersMs = 250;

/**
 * Listens. A server of its own takes the connections, so that it can stop taking them while those
 * that are open go on.
 *
 * @throws {GatewayError} `cannot-listen`, `missing-folder`, `socket-in-use` or `no-socket`.
 */
export async function openListener(
  desk: Desk,
  target: ListenTarget,
  { scheme, create }: Protocol,
  socketMode: string,
): Promise<Listener> {
  // An HTTP client may say that it has no more to ask, and still want its answer.
  const front = createServer({ allowHalfOpen: scheme !== "fcgi", noDelay: true });
  await listen(front, target, modeOf(socketMode));
  const speaker = create(desk, peersOf(front));
  // It would do so itself when it listens: an HTTP server looks for slow clients from then on.
  speaker.emit("listening");
  const open = takeConnections(desk, front, speaker);
  let current = socketMode;
  const close = () => closeListener(desk, { target, front, speaker, open });
  const withMode = (socketMode: string): Listener => {
    if (target.kind === "unix" && socketMode !== current) {
      changeMode(target.path, modeOf(socketMode));
      current = socketMode;
    }
    return { address: addressOf(front, scheme, target), socketMode, withMode, close };
  };
  return withMode(socketMode);
}

/** Open connections, and since when; in milliseconds of `performance.now()`. */
type Open = ReadonlyMap<Socket, number>;

function takeConnections(desk: Desk, front: Server, speaker: Speaker): Open {
  const open = new Map<Socket, number>();
  front.on("connection", (socket) => {
    const { connections } = desk.setup.limits;
    if (open.size >= connections) desk.surplus.add(socket);
    // There is room to say so to as many again. Others are not heard at all.
    front.maxConnections = 2 * connections;
    open.set(socket, performance.now());
    desk.load.connections += 1;
    socket.once("close", () => {
      open.delete(socket);
      desk.load.connections -= 1;
    });
    speaker.emit("connection", socket);
  });
  front.on("drop", () => {
    desk.load.refusedConnections += 1;
  });
  // One clock for all: there may be thousands of connections in a second.
  const clock = setInterval(() => {
    const oldest = performance.now() - desk.setup.limits.firstByteSeconds * 1000;
    closeSilent(open, oldest);
  }, checksEachMs).unref();
  front.once("close", () => clearInterval(clock));
  return open;
}

/** Closes the connections from before `oldest` that never said anything. */
function closeSilent(open: Open, oldest: number): void {
  for (const [socket, since] of open) {
    if (socket.bytesRead === 0 && since <= oldest) socket.destroy();
  }
}

interface Closing {
  readonly target: ListenTarget;
  readonly front: Server;
  readonly speaker: Speaker;
  readonly open: Open;
}

async function closeListener(desk: Desk, { target, front, speaker, open }: Closing): Promise<void> {
  // Whoever asks gets an answer, and with it the word that this was the last one.
  speaker.emit("last-answers");
  speaker.prependListener("request", (_request, response) => {
    response.shouldKeepAlive = false;
  });
  // Without its name nobody finds the socket any more.
  if (target.kind === "unix") await unlink(target.path).catch(() => undefined);
  await takeWaiting(front);
  const closed = new Promise((resolve) => front.close(resolve));
  // Only after a while: what a web server has just sent may be on its way.
  const idle = setInterval(() => {
    speaker.closeIdleConnections();
    closeSilent(open, performance.now() - lingersMs);
  }, lingersMs);
  const cutOff = setTimeout(() => {
    for (const socket of open.keys()) socket.destroy();
  }, desk.setup.limits.stopSeconds * 1000);
  await closed;
  clearInterval(idle);
  clearTimeout(cutOff);
  speaker.close();
}

/**
 * Until all have been taken who found the socket while it was there. The system would cut them off,
 * with what they have sent. On TCP others may come all the time, so that there is an end to it.
 */
async function takeWaiting(front: Server): Promise<void> {
  let isWaiting = true;
  const take = () => {
    isWaiting = true;
  };
  front.on("connection", take);
  const end = performance.now() + lingersMs;
  // One is taken in each turn, and none in a turn only when nobody waits.
  while (isWaiting && performance.now() < end) {
    isWaiting = false;
    await turnOfEvents();
    await turnOfEvents();
  }
  front.off("connection", take);
}

/** Until the system has told what had happened before. */
function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function modeOf(digits: string): number {
  return Number.parseInt(digits, 8);
}
