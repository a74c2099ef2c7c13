import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, Server as TlsServer } from "node:https";
import type { Duplex } from "node:stream";
import type { Desk } from "../desk.ts";
import type { GatewaySettings } from "../settings.ts";
import { type Entrance, isWebSocket } from "./admit.ts";
import { chooseCertificate, keepCertificate } from "./certificates.ts";
import { Endings } from "./endings.ts";
import { mostHeaders } from "./read-visit.ts";
import { serve, serveWebSocket } from "./serve.ts";
import type { ProxyListen } from "./settings.ts";

/**
 * A server that visitors come to themselves: it decides, and lets them through to the application
 * that `desk.setup.proxy` has for them at the moment. Certificates follow a reload, too.
 */
export function createProxyServer(
  desk: Desk,
  { address, isTls }: ProxyListen,
  peers: "unix" | "tcp",
  limits: GatewaySettings["limits"],
): Server | TlsServer {
  const routes = () => desk.setup.proxy.at(address);
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.requestSeconds * 1000,
    // An upload takes as long as it takes; one that stands still is cut by the socket's time-out.
    requestTimeout: 0,
    keepAliveTimeout: limits.idleSeconds * 1000,
    connectionsCheckingInterval: 1_000,
    // Who asks for HTTP/2 in this way does well without (RFC 9110 §7.8).
    shouldUpgradeCallback: isWebSocket,
    handshakeTimeout: limits.firstByteSeconds * 1000,
    SNICallback: chooseCertificate(routes),
  };
  const server = isTls ? createTlsServer(options) : createServer(options);
  if (server instanceof TlsServer) keepCertificate(server, desk, routes);
  server.maxHeadersCount = mostHeaders;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  const endings = new Endings(() => (desk.state === "stopping" ? "stopping" : desk.world.now()));
  const entrance: Entrance = { desk, address, peers, endings };
  server.on("request", (request: IncomingMessage, response: ServerResponse) =>
    serve(entrance, request, response),
  );
  // Who waits to be told to send a body is told so only when the visit may pass (RFC 9110 §10.1.1).
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) =>
    serve(entrance, request, response, () => response.writeContinue()),
  );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    serveWebSocket(entrance, request, socket, head),
  );
  return server;
}
