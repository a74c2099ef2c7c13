import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connectionOf, type SaidOfConnection } from "../tcpcrypt/connection.ts";
import { admit, type Entrance } from "./admit.ts";
import { forward, type Passage } from "./forward.ts";
import { requestHeaders } from "./request-headers.ts";
import { joinWebSocket, switchingProtocols } from "./websocket.ts";
import { plainAnswer, writeAnswer } from "./write-answer.ts";

/** For what is left of a body that nobody wants any more, and for visitors to hang up. */
const lingersMs = 5_000;

/** Serves a request. `proceed` tells a visitor who waits for it to send the body. */
export function serve(
  entrance: Entrance,
  request: IncomingMessage,
  response: ServerResponse,
  proceed?: () => void,
): void {
  const { socket } = request;
  // Node.js reads what is left of a body in order to keep the connection; not for ever.
  response.once("finish", () => {
    if (request.complete) return;
    setTimeout(() => request.complete || socket.destroy(), lingersMs).unref();
  });
  orFail(entrance, response, async () => {
    const passage = await passageFor(entrance, request, response);
    if (passage === undefined) return;
    proceed?.();
    forward(passage);
  });
}

/** The same for a visitor who wants a WebSocket; `head` is what came right after the request. */
export function serveWebSocket(
  entrance: Entrance,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  // Node.js leaves the connection to us, with nobody to hear when it breaks.
  socket.on("error", () => socket.destroy());
  request.socket.on("timeout", () => socket.destroy());
  const response = responseOn(request, socket);
  orFail(entrance, response, async () => {
    const passage = await passageFor(entrance, request, response);
    if (passage === undefined) return;
    forward(passage, (headers, application) => {
      socket.write(switchingProtocols([...headers, ...passage.added]), "latin1");
      socket.unshift(head);
      joinWebSocket({ visitor: socket, application }, passage.validUntil, entrance.endings);
    });
  });
}

/** What it takes to pass a request on, once it has been let in and its ticket renewed if need be. */
async function passageFor(
  entrance: Entrance,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Passage | undefined> {
  const { desk, endings } = entrance;
  const admitted = admit(entrance, request, response);
  if (admitted === undefined) return undefined;
  const { visit, allow, route } = admitted;
  request.socket.setTimeout(route.visitorIdleMs);
  const { renewer, setup, world } = desk;
  const [renewed, sessionId] = await Promise.all([
    allow.renewal === undefined ? undefined : renewer.renew(allow, visit, world.now()),
    setup.sessionIds?.of(connectionOf(visit, saidOf(request.socket))),
  ]);
  const more = { host: route.host, sessionId };
  const headers = requestHeaders(request.rawHeaders, visit, allow, more);
  // No cache may give somebody's ticket to others.
  const added = renewed === undefined ? [] : ["Set-Cookie", renewed, "Cache-Control", "no-store"];
  const { validUntil } = allow.ticket ?? {};
  return { request, response, route, headers, added, validUntil, endings, log: world.log };
}

/** Both ends of a connection of our own. */
function saidOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): SaidOfConnection {
  const text = (port: number | undefined) => port?.toString();
  return { remoteAddress, remotePort: text(remotePort), localAddress, localPort: text(localPort) };
}

/** An answer on a connection that Node.js has given out of its hands; it closes with it. */
function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.once("finish", () => {
    socket.end();
    setTimeout(() => socket.destroy(), lingersMs).unref();
  });
  socket.on("drain", () => response.emit("drain"));
  return response;
}

/** A mistake of ours costs one answer, and lets nobody in. */
function orFail({ desk }: Entrance, response: ServerResponse, work: () => Promise<void>): void {
  work().catch((error: unknown) => {
    desk.world.log.error(error, "could not serve");
    if (response.headersSent) response.destroy();
    else writeAnswer(response, plainAnswer(500));
  });
}
