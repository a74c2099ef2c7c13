import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { Answer } from "./routes.ts";

/** What one client, or all of them together, may take. */
export const httpLimits = {
  headerBytes: 16 * 1024,
  headers: 100,
  headersMilliseconds: 10_000,
  requestMilliseconds: 20_000,
  keepAliveMilliseconds: 5_000,
  requestsPerConnection: 1_000,
  connections: 2_048,
} as const;

/**
 * Turns node:http into web requests and back. `publicUrl` is the origin of every request: what the
 * client says in Host decides nothing.
 */
export function createHttpServer(publicUrl: () => string, answer: Answer): Server {
  const server = createServer(
    {
      maxHeaderSize: httpLimits.headerBytes,
      headersTimeout: httpLimits.headersMilliseconds,
      requestTimeout: httpLimits.requestMilliseconds,
      keepAliveTimeout: httpLimits.keepAliveMilliseconds,
      connectionsCheckingInterval: 1_000,
    },
    (incoming, outgoing) => {
      const peer = incoming.socket.remoteAddress;
      // A connection over TCP that was reset has no peer left, and "none" is what a unix socket's
      // trusted one has. Nobody waits for this answer.
      if (peer === undefined && typeof server.address() !== "string") {
        incoming.socket.destroy();
        return;
      }
      exchange(incoming, outgoing, publicUrl(), (request) => answer(request, peer)).catch(() =>
        outgoing.destroy(),
      );
    },
  );
  server.maxHeadersCount = httpLimits.headers;
  server.maxRequestsPerSocket = httpLimits.requestsPerConnection;
  server.maxConnections = httpLimits.connections;
  return server;
}

async function exchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  publicUrl: string,
  answer: (request: Request) => Promise<Response>,
): Promise<void> {
  const request = requestOf(incoming, publicUrl);
  if (request === undefined) {
    outgoing.writeHead(400, { connection: "close" }).end();
    return;
  }
  const response = await answer(request);
  const body = Buffer.from(await response.arrayBuffer());
  // `Headers` iterates several Set-Cookie apart, and node:http sends a flat list as it stands.
  const headers = [...response.headers].flat();
  // What is left of a body that nobody reads would stand in the way of the next request.
  if (!incoming.complete && !response.headers.has("connection"))
    headers.push("connection", "close");
  if (incoming.method !== "HEAD") headers.push("content-length", String(body.length));
  outgoing.writeHead(response.status, headers).end(body);
}

/** `undefined` for a request target or a method that no page of ours can have. */
function requestOf(incoming: IncomingMessage, publicUrl: string): Request | undefined {
  const { method = "", url = "", rawHeaders } = incoming;
  // `//host/` and absolute forms would be read as another origin.
  if (!url.startsWith("/")) return undefined;
  const target = URL.parse(publicUrl + url);
  if (target === null || ["CONNECT", "TRACE", "TRACK"].includes(method)) return undefined;
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(target, {
    method,
    headers,
    ...(hasBody ? { body: Readable.toWeb(incoming), duplex: "half" } : {}),
  });
}
