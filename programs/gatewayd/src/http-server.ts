import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Desk, decideAgain, decideAt } from "./desk.ts";
import { dialectAt } from "./questions/dialects.ts";
import type { Dialect, Reply } from "./questions/question.ts";
import { bare } from "./questions/replies.ts";
import { connectionIn, sessionIdPath, sessionIdReply } from "./questions/session-id.ts";
import type { GatewaySettings } from "./settings.ts";
import { statusPageAt } from "./status-pages.ts";
import { connectionOf } from "./tcpcrypt/connection.ts";

/** A server for web servers that ask over HTTP, each in its dialect, and for whoever watches. */
export function createHttpServer(
  desk: Desk,
  peers: "unix" | "tcp",
  limits: GatewaySettings["limits"],
): Server {
  const requestTimeout = limits.requestSeconds * 1000;
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: requestTimeout,
      requestTimeout,
      keepAliveTimeout: limits.idleSeconds * 1000,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      const reply = replyTo(desk, peers, request);
      if (reply instanceof Promise) void sendLater(desk, response, reply);
      else send(response, reply);
    },
  );
  // All of them; `maxHeaderSize` is the limit. Else older versions of Node.js drop the last ones in
  // silence, and a visitor who sends many hides what the web server appends.
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  // For a peer that takes no answers. Later than the others, which say what is wrong.
  server.timeout = requestTimeout + 5_000;
  return server;
}

function replyTo(
  desk: Desk,
  peers: "unix" | "tcp",
  request: IncomingMessage,
): Reply | Promise<Reply> {
  const { url: target = "", socket } = request;
  const dialect = dialectAt(target);
  const page = dialect === undefined ? statusPageAt(target) : undefined;
  if (page?.isOpen) return page.reply(desk);
  const peer = socket.remoteAddress ?? "";
  // Whoever may open a unix socket is trusted by the mode of its file.
  if (peers === "tcp" && !desk.setup.trustedProxies.trusts(peer)) {
    if (dialect === undefined && page === undefined && target !== sessionIdPath) return bare(404);
    desk.world.log.warn({ peer }, "asked by a web server that is not trusted");
    return bare(403);
  }
  if (page !== undefined) return page.reply(desk);
  if (dialect === undefined && target !== sessionIdPath) return bare(404);
  if (desk.surplus.has(socket)) {
    desk.load.refusedRequests += 1;
    return overloaded;
  }
  try {
    return dialect === undefined ? sessionIdAlone(desk, request) : replyOf(dialect, desk, request);
  } catch (error) {
    desk.world.log.error(error, "could not decide");
    return bare(500);
  }
}

/** At once: who waits in a queue asks again before it is their turn. */
const overloaded: Reply = {
  status: 503,
  headers: ["Retry-After", "1", "Connection", "close", "Cache-Control", "no-store"],
  body: "",
};

function replyOf(dialect: Dialect, desk: Desk, request: IncomingMessage): Reply | Promise<Reply> {
  const { method = "", url: target = "", rawHeaders } = request;
  const { trustedProxies, sessionIds } = desk.setup;
  const question = { method, target, rawHeaders, trustedProxies };
  const visit = dialect.readVisit(question);
  const decision = dialect.asksAgain ? decideAgain(desk, visit) : decideAt(desk, visit);
  if (decision.kind !== "allow") return dialect.refused(decision);
  const said = sessionIds === undefined ? undefined : dialect.readConnection?.(question);
  if (sessionIds === undefined || said === undefined) return dialect.allowed(decision);
  const connection = connectionOf(visit, said);
  return sessionIds.of(connection).then((sessionId) => dialect.allowed(decision, sessionId));
}

/** A web server that asks, and a gateway that has nobody to ask, is a setup that is wrong. */
function sessionIdAlone(
  { setup: { sessionIds }, warnings }: Desk,
  { rawHeaders }: IncomingMessage,
): Reply | Promise<Reply> {
  const connection = connectionIn(rawHeaders);
  if (sessionIds !== undefined) return sessionIds.of(connection).then(sessionIdReply);
  warnings.warn("asked for a session ID without the setting `tcpcrypt`", "", {});
  return sessionIdReply("");
}

/** What takes a while; one that fails takes nothing else with it. */
function sendLater({ world }: Desk, response: ServerResponse, reply: Promise<Reply>) {
  const failed = (error: unknown) => {
    world.log.error(error, "could not answer");
    return bare(500);
  };
  return reply.catch(failed).then((later) => send(response, later));
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = Buffer.byteLength(body);
  response.writeHead(
    status,
    status === 204 ? (headers as string[]) : [...headers, "Content-Length", `${length}`],
  );
  response.end(body);
}
