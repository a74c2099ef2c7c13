import { createServer, type Server, type Socket } from "node:net";
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
import type { ListenAddress } from "@countersign/settings";
import type { Desk } from "./desk.ts";
import { answerQuestion } from "./fastcgi-answer.ts";
import type { GatewaySettings } from "./settings.ts";

const idleTimeoutMs = 60_000;
const maxUnsentBytes = 1024 * 1024;

/** A server for web servers that ask over FastCGI, in the role of an authorizer. */
export function createFastCgiServer(
  desk: Desk,
  kind: ListenAddress["kind"],
  limits: GatewaySettings["limits"],
): Server {
  const server = createServer((socket) => {
    // A web server that has gone is no error of ours; the socket closes by itself.
    socket.on("error", (error) => desk.world.log.debug(error, "connection lost"));
    const isTrusted = () => kind === "unix" || trusts(desk, socket);
    if (!isTrusted()) return;
    socket.setTimeout(idleTimeoutMs, () => socket.destroy());
    serve(desk, socket, limits, isTrusted);
  });
  server.maxConnections = limits.connections;
  return server;
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

function serve(
  desk: Desk,
  socket: Socket,
  limits: GatewaySettings["limits"],
  isTrusted: () => boolean,
): void {
  const reader = new RecordReader();
  // Twice the headers: a web server adds its own variables.
  const bounds = { ...defaultLimits, maxParamsBytes: 2 * limits.headerBytes };
  let connection = newConnection;

  /** The web server may have taken its question back meanwhile. */
  function reply(requestId: number, response: Uint8Array): void {
    if (!isAwaited(connection, requestId)) return;
    socket.write(response);
    const step = finish(connection, requestId);
    connection = step.next;
    carryOut(step.effects);
  }

  function carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.type === "send") socket.write(effect.bytes);
      if (effect.type === "close") socket.end();
      if (effect.type === "authorize") {
        // Asked each time: a reload may have taken the trust away.
        if (!isTrusted()) return;
        const { requestId, params } = effect;
        const response = answerQuestion(desk, requestId, params);
        if (response instanceof Uint8Array) reply(requestId, response);
        else void response.then((later) => reply(requestId, later));
      }
    }
  }

  socket.on("data", (piece) => {
    try {
      for (const record of reader.read(piece)) {
        const step = receive(connection, record, bounds);
        connection = step.next;
        carryOut(step.effects);
      }
    } catch (error) {
      if (!(error instanceof FastCgiError)) throw error;
      desk.world.log.warn({ code: error.code }, "web server does not speak FastCGI");
      socket.destroy();
    }
    // A peer that asks and does not read is cut off before it fills our memory.
    if (socket.writableLength > maxUnsentBytes) socket.destroy();
  });
}
