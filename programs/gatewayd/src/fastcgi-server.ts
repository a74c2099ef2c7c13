import { createServer, type Socket } from "node:net";
import {
  defaultLimits,
  type Effect,
  FastCgiError,
  finish,
  isAwaited,
  newConnection,
  RecordReader,
  receive,
} from "@countersign/fastcgi";
import type { Desk } from "./desk.ts";
import { answerOverload, answerQuestion } from "./fastcgi-answer.ts";
import type { Speaker } from "./listener.ts";
import type { GatewaySettings } from "./settings.ts";

type Limits = GatewaySettings["limits"];

const maxUnsentBytes = 1024 * 1024;
const checksEachMs = 1_000;

/** A server for web servers that ask over FastCGI, in the role of an authorizer. */
export function createFastCgiServer(desk: Desk, peers: "unix" | "tcp", limits: Limits): Speaker {
  const conversations = new Set<Conversation>();
  const server = createServer((socket) => {
    // A web server that has gone is no error of ours; the socket closes by itself.
    socket.on("error", (error) => desk.world.log.debug(error, "connection lost"));
    const isTrusted = () => peers === "unix" || trusts(desk, socket);
    if (!isTrusted()) return;
    socket.setTimeout(limits.idleSeconds * 1000, () => socket.destroy());
    const conversation = serve(desk, socket, limits, isTrusted);
    conversations.add(conversation);
    socket.once("close", () => conversations.delete(conversation));
  });
  // One clock for all: Apache makes a connection for each request.
  const clock = setInterval(() => {
    const oldest = performance.now() - limits.requestSeconds * 1000;
    for (const { socket, busySince } of conversations) {
      if (busySince !== undefined && busySince <= oldest) socket.destroy();
    }
  }, checksEachMs).unref();
  server.once("close", () => clearInterval(clock));
  return Object.assign(server, {
    closeIdleConnections() {
      for (const { socket, busySince } of conversations) if (busySince === undefined) socket.end();
    },
  });
}

/** Cuts the connection where it does not. */
function trusts(desk: Desk, socket: Socket): boolean {
  const { remoteAddress: peer = "" } = socket;
  const isTrusted = desk.rules.trustedProxies.trusts(peer);
  if (!isTrusted) {
    desk.world.log.warn({ peer }, "asked by a web server that is not trusted");
    socket.destroy();
  }
  return isTrusted;
}

/** One connection with a web server. */
interface Conversation {
  readonly socket: Socket;
  /** Since when a request is under way; in milliseconds of `performance.now()`. */
  readonly busySince: number | undefined;
}

function serve(desk: Desk, socket: Socket, limits: Limits, isTrusted: () => boolean): Conversation {
  const reader = new RecordReader();
  // Twice the headers: a web server adds its own variables.
  const bounds = { ...defaultLimits, maxParamsBytes: 2 * limits.headerBytes };
  const conversation = { socket, busySince: undefined as number | undefined };
  let connection = newConnection;
  let answers = 0;

  function advance(step: {
    readonly next: typeof connection;
    readonly effects: readonly Effect[];
  }) {
    connection = step.next;
    if (connection.requests.size === 0) conversation.busySince = undefined;
    else conversation.busySince ??= performance.now();
    carryOut(step.effects);
  }

  /** The web server may have taken its question back meanwhile. */
  function reply(requestId: number, response: Uint8Array): void {
    if (!isAwaited(connection, requestId)) return;
    socket.write(response);
    answers += 1;
    advance(finish(connection, requestId));
    const isLast = answers >= limits.requestsPerConnection || desk.surplus.has(socket);
    if (isLast && connection.requests.size === 0) socket.end();
  }

  function carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === "send") socket.write(effect.bytes);
      if (effect.type === "close") socket.end();
      if (effect.type === "authorize") {
        // Asked each time: a reload may have taken the trust away.
        if (!isTrusted()) return;
        const { requestId, params } = effect;
        const response = desk.surplus.has(socket)
          ? answerOverload(desk, requestId)
          : answerQuestion(desk, requestId, params);
        if (response instanceof Uint8Array) reply(requestId, response);
        else void response.then((later) => reply(requestId, later));
      }
    }
  }

  socket.on("data", (piece) => {
    try {
      for (const record of reader.read(piece)) advance(receive(connection, record, bounds));
    } catch (error) {
      if (!(error instanceof FastCgiError)) throw error;
      desk.world.log.warn({ code: error.code }, "web server does not speak FastCGI");
      socket.destroy();
    }
    // A peer that asks and does not read is cut off before it fills our memory.
    if (socket.writableLength > maxUnsentBytes) socket.destroy();
  });
  return conversation;
}
