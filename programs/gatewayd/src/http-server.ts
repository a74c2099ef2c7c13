import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ListenAddress } from "@countersign/settings";
import { type Desk, decideAt } from "./desk.ts";
import { dialectAt } from "./questions/dialects.ts";
import type { Dialect, Reply } from "./questions/question.ts";
import { bare } from "./questions/replies.ts";
import type { GatewaySettings } from "./settings.ts";

/** A server for web servers that ask over HTTP, each in its dialect, and `/healthz` for whoever watches. */
export function createHttpServer(
  desk: Desk,
  kind: ListenAddress["kind"],
  limits: GatewaySettings["limits"],
): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      // Longer than nginx keeps an idle connection (60 s), so that nginx closes first.
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 5_000,
    },
    (request, response) => send(response, replyTo(desk, kind, request)),
  );
  server.maxConnections = limits.connections;
  return server;
}

function replyTo(desk: Desk, kind: ListenAddress["kind"], request: IncomingMessage): Reply {
  const { url: target = "" } = request;
  if (target === "/healthz") return bare(204);
  const dialect = dialectAt(target);
  if (dialect === undefined) return bare(404);
  const peer = request.socket.remoteAddress ?? "";
  // Whoever may open a unix socket is trusted by the mode of its file.
  if (kind === "tcp" && !desk.rules.trustedProxies.trusts(peer)) {
    desk.world.log.warn({ peer }, "asked by a web server that is not trusted");
    return bare(403);
  }
  return replyOf(dialect, desk, request);
}

function replyOf(dialect: Dialect, desk: Desk, request: IncomingMessage): Reply {
  const { method = "", url: target = "", rawHeaders } = request;
  const { trustedProxies } = desk.rules;
  try {
    const visit = dialect.readVisit({ method, target, rawHeaders, trustedProxies });
    const decision = decideAt(desk, visit);
    return decision.kind === "allow" ? dialect.allowed(decision) : dialect.refused(decision);
  } catch (error) {
    desk.world.log.error(error, "could not decide");
    return bare(500);
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const length = Buffer.byteLength(body);
  response.writeHead(
    status,
    status === 204 ? (headers as string[]) : [...headers, "Content-Length", `${length}`],
  );
  response.end(body);
}
