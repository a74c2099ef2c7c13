import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { ListenAddress } from "@countersign/settings";
import { type Desk, decideAt } from "./desk.ts";
import { type Answer, readVisit, render } from "./nginx-auth-request.ts";
import type { GatewaySettings } from "./settings.ts";

/** A server for web servers that ask over HTTP: `/auth`, and `/healthz` for whoever watches. */
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
    (request, response) => send(response, answer(desk, kind, request)),
  );
  server.maxConnections = limits.connections;
  return server;
}

function answer(desk: Desk, kind: ListenAddress["kind"], request: IncomingMessage): Answer {
  if (request.url === "/healthz") return plain(204);
  if (request.url !== "/auth") return plain(404);
  const peer = request.socket.remoteAddress ?? "";
  // Whoever may open a unix socket is trusted by the mode of its file.
  if (kind === "tcp" && !desk.rules.trustedProxies.trusts(peer)) {
    desk.world.log.warn({ peer }, "asked by a web server that is not trusted");
    return plain(403);
  }
  try {
    return render(decideAt(desk, readVisit(request.rawHeaders)));
  } catch (error) {
    desk.world.log.error(error, "could not decide");
    return plain(500);
  }
}

function plain(status: number): Answer {
  return { status, headers: ["Cache-Control", "no-store"] };
}

function send(response: ServerResponse, { status, headers }: Answer): void {
  response.writeHead(status, headers as string[]);
  response.end();
}
