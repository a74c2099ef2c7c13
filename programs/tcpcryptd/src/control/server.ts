import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { SystemCalls } from "../kernel/kernel.ts";
import type { ConnectionReport, Endpoint } from "../worker/messages.ts";
import { type ClientLimits, Clients, defaultClientLimits } from "./clients.ts";
import { LineTooLong, linesOf } from "./lines.ts";
import { createOwners, type Owners } from "./owners.ts";
import { type Peer, peerOf } from "./peer.ts";
import {
  type Answer,
  maxRequestBytes,
  parseRequest,
  type Request,
  type Status,
  writeAnswer,
} from "./protocol.ts";
import { listenAtSocket } from "./socket-file.ts";
import { maySee, VisibleEvents, visibleTo } from "./visible.ts";

/** Where the answers come from; who may hear them is decided here. */
export interface ControlSource {
  /** `unanswered`: there may be one, but who carries it does not say in time. */
  connection(
    local: Endpoint,
    remote: Endpoint,
  ): Promise<ConnectionReport | undefined | "unanswered">;
  connections(): Promise<readonly ConnectionReport[]>;
  status(): Promise<Status>;
  /** Tells of every connection that opens or closes, until the returned function is called. */
  watch(tell: (event: "opened" | "closed", connection: ConnectionReport) => void): () => void;
  /** Forgets the cached secrets of a connection; false when it is not known. */
  flush(local: Endpoint, remote: Endpoint): Promise<boolean>;
  rekey(local: Endpoint, remote: Endpoint): Promise<boolean>;
  /** Ends tcpcryptd; the asker has its answer already. */
  stop(): void;
}

export interface ControlOptions {
  /** Of the unix socket. */
  readonly path: string;
  /** The group that may ask about everybody's connections. */
  readonly groupId?: number | undefined;
  readonly systemCalls: SystemCalls;
  readonly source: ControlSource;
  /** A question failed. */
  failed(error: unknown): void;
  readonly limits?: ClientLimits;
}

export interface Control {
  readonly path: string;
  /** Takes no more questions and cuts everybody off; the socket's file is removed. */
  close(): Promise<void>;
}

/** A watcher with so many bytes of events unread is cut off, and whoever takes so long to read. */
const maxUnreadBytes = 1024 * 1024;
const slowestReadMs = 30_000;

/**
 * Answers questions at a unix socket that everybody may open: about the connections of the asker's
 * user, or about all for root and one group.
 *
 * @throws {TcpcryptdError} `already-running` or `no-control-socket`
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const { path, groupId, systemCalls, failed, limits = defaultClientLimits } = options;
  const owners = createOwners(systemCalls);
  const clients = new Clients(limits);
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // Whoever goes away in the middle is no error of ours.
    socket.on("error", () => undefined);
    try {
      const peer = peerOf(systemCalls, socket, groupId);
      const leave = clients.admit(peer.uid);
      if (leave === undefined) return void socket.destroy();
      sockets.add(socket);
      socket.once("close", () => {
        sockets.delete(socket);
        leave();
      });
      void serve(socket, { ...options, peer, owners }).catch((error) => {
        failed(error);
        socket.destroy();
      });
    } catch (error) {
      failed(error);
      socket.destroy();
    }
  });
  await listenAtSocket(server, path).catch((error) => {
    owners.close();
    throw error;
  });
  return {
    path,
    async close() {
      owners.close();
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Desk extends ControlOptions {
  readonly peer: Peer;
  readonly owners: Owners;
}

/** One question after the other: what is asked meanwhile waits in the kernel. */
async function serve(socket: Socket, desk: Desk): Promise<void> {
  let isWatching = false;
  try {
    // By default the end of a loop also is the end of the socket, before it has sent its last answer.
    const bytes = socket.iterator({ destroyOnReturn: false });
    for await (const line of linesOf(bytes, maxRequestBytes)) {
      const request = parseRequest(line);
      if ("error" in request) {
        const { id, error, message } = request;
        await send(socket, writeAnswer(id, { error, message }));
      } else if (request.ask === "watch" && isWatching) {
        const message = "expected one watch for each connection to this socket";
        await send(socket, writeAnswer(request.id, { error: "bad-request", message }));
      } else if (request.ask === "watch") {
        isWatching = true;
        await watch(socket, request.id, desk);
      } else {
        await send(socket, writeAnswer(request.id, await answerOf(request, desk)));
        if (request.ask === "stop" && desk.peer.uid === 0) desk.source.stop();
      }
    }
    socket.end();
  } catch (error) {
    if (error instanceof LineTooLong) {
      const message = `expected a line of at most ${maxRequestBytes} bytes`;
      const answer = writeAnswer(null, { error: "bad-request", message });
      socket.end(answer, () => socket.destroy());
    } else if (!socket.destroyed) {
      throw error;
    }
  }
}

type Asked = Exclude<Request, { readonly ask: "watch" }>;

async function answerOf(request: Asked, desk: Desk): Promise<Answer> {
  try {
    return await answerOrFail(request, desk);
  } catch (error) {
    desk.failed(error);
    return { error: "failed", message: "tcpcryptd could not find out; its log says why" };
  }
}

async function answerOrFail(request: Asked, desk: Desk): Promise<Answer> {
  const { source, peer, owners } = desk;
  switch (request.ask) {
    case "session": {
      const { local, remote } = request;
      // Unknown and not yours are one answer, so that nobody learns of others' connections.
      if (!isOneFamily(request) || !maySee(peer, owners, request)) return { connection: null };
      const connection = await source.connection(local, remote);
      // Not a line of the log: askers would fill it.
      if (connection === "unanswered") {
        return { error: "failed", message: "the connection's worker did not answer in time" };
      }
      return { connection: connection ?? null };
    }
    case "flush":
    case "rekey": {
      const { ask, local, remote } = request;
      if (!isOneFamily(request) || !maySee(peer, owners, request)) return { done: false };
      return { done: await source[ask](local, remote) };
    }
    case "connections":
      return { connections: await visibleTo(peer, owners, await source.connections()) };
    case "status":
      return { status: await source.status() };
    case "stop":
      if (peer.uid !== 0) return { error: "forbidden", message: "only root may stop tcpcryptd" };
      return { done: true };
  }
}

/** Tells `socket` of every change, beside the answers to what else is asked there. */
async function watch(socket: Socket, id: number, { source, peer, owners }: Desk): Promise<void> {
  const events = new VisibleEvents(peer, owners);
  let unreadBytes = 0;
  const stop = source.watch((event, connection) => {
    if (!events.isVisible(event, connection)) return;
    const line = Buffer.from(writeAnswer(id, { event, connection }));
    // Answers are not counted: a list may be long, and others are not sent before it is taken.
    unreadBytes += line.length;
    socket.write(line, () => {
      unreadBytes -= line.length;
    });
    if (unreadBytes > maxUnreadBytes) socket.destroy();
  });
  socket.once("close", stop);
  if (!peer.seesAll) await events.begin(await source.connections());
}

async function send(socket: Socket, answer: string): Promise<void> {
  if (socket.write(answer)) return;
  const impatience = setTimeout(() => socket.destroy(), slowestReadMs);
  await Promise.race([once(socket, "drain"), once(socket, "close")]).finally(() =>
    clearTimeout(impatience),
  );
}

function isOneFamily({ local, remote }: { local: Endpoint; remote: Endpoint }): boolean {
  return local.address.includes(":") === remote.address.includes(":");
}
