import { createServer, type Socket } from "node:net";
import type { Desk } from "./desk.ts";
import { Conversation } from "./fastcgi-conversation.ts";
import type { Speaker } from "./listener.ts";
import type { GatewaySettings } from "./settings.ts";

type Limits = GatewaySettings["limits"];

const checksEachMs = 1_000;

/** A server for web servers that ask over FastCGI, in the role of an authorizer. */
export function createFastCgiServer(desk: Desk, peers: "unix" | "tcp", limits: Limits): Speaker {
  const conversations = new Set<Conversation>();
  let isEnding = false;
  const server = createServer((socket) => {
    // A web server that has gone is no error of ours; the socket closes by itself.
    socket.on("error", (error) => desk.world.log.debug(error, "connection lost"));
    const isTrusted = () => peers === "unix" || trusts(desk, socket);
    if (!isTrusted()) return;
    socket.setTimeout(limits.idleSeconds * 1000, () => socket.destroy());
    const isLast = (answers: number) =>
      isEnding || answers >= limits.requestsPerConnection || desk.surplus.has(socket);
    const conversation = new Conversation(desk, socket, { limits, isTrusted, isLast });
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
  server.once("last-answers", () => {
    isEnding = true;
  });
  return Object.assign(server, {
    closeIdleConnections() {
      for (const { socket, busySince } of conversations) if (busySince === undefined) socket.end();
    },
  });
}

/** Cuts the connection where it does not. */
function trusts(desk: Desk, socket: Socket): boolean {
  const { remoteAddress: peer = "" } = socket;
  const isTrusted = desk.setup.trustedProxies.trusts(peer);
  if (!isTrusted) {
    desk.world.log.warn({ peer }, "asked by a web server that is not trusted");
    socket.destroy();
  }
  return isTrusted;
}
