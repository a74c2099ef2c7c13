import type { IncomingMessage, ServerResponse } from "node:http";
import { type Allow, type Decision, readOrigin, type Visit } from "@countersign/gateway";
import { type Desk, decideAt } from "../desk.ts";
import type { GatewayAddress } from "../settings/listen-address.ts";
import type { Endings } from "./endings.ts";
import { hasBody } from "./has-body.ts";
import { readVisit } from "./read-visit.ts";
import type { ProxyRoute } from "./routes.ts";
import { plainAnswer, writeAnswer } from "./write-answer.ts";

/** Where visitors come, and what is behind it. */
export interface Entrance {
  readonly desk: Desk;
  readonly address: GatewayAddress;
  /** Who opens a unix socket is believed; the mode of its file decides who can. */
  readonly peers: "unix" | "tcp";
  readonly endings: Endings;
}

/** A visit that may pass, and the way to its application. */
export interface Admitted {
  readonly visit: Visit;
  readonly allow: Allow;
  readonly route: ProxyRoute;
}

/** Decides a request. One that may not pass is answered, and gives `undefined`. */
export function admit(
  { desk, address, peers }: Entrance,
  request: IncomingMessage,
  response: ServerResponse,
): Admitted | undefined {
  if (desk.surplus.has(request.socket)) {
    desk.load.refusedRequests += 1;
    response.shouldKeepAlive = false;
    return refuse(503);
  }
  // It would show a page's scripts what we add, and cookies that they may not read (RFC 9110 §9.3.8).
  if (request.method === "TRACE") return refuse(405);
  const visit = readVisit(request, peers, desk.setup.trustedProxies);
  if (visit === undefined || isOddUpgrade(request)) return refuse(400);
  const decision = decideAt(desk, visit);
  const route = desk.setup.proxy.at(address).get(originOf(visit, decision) ?? "");
  const isElsewhere = route === undefined && decision.kind !== "bad-request";
  if (decision.kind !== "allow" && !isElsewhere) {
    writeAnswer(response, decision.answer);
    return undefined;
  }
  // Another site of this gateway, which is reached elsewhere (RFC 9110 §15.5.20).
  if (decision.kind !== "allow" || route === undefined) return refuse(421);
  return { visit, allow: decision, route };

  function refuse(status: 400 | 405 | 421 | 503): undefined {
    writeAnswer(response, plainAnswer(status));
  }
}

/** The site's origin; the decision knows it already where it lets in. */
function originOf({ scheme, host }: Visit, decision: Decision): string | undefined {
  return decision.kind === "allow" ? decision.policy.origin : readOrigin(scheme, host)?.text;
}

/** Whether a request asks for a WebSocket (RFC 6455 §4.1). Other protocols are not for us to switch to. */
export function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}

/** RFC 6455 gives the request no body, and whatever comes after it is the WebSocket's already. */
function isOddUpgrade(request: IncomingMessage): boolean {
  return isWebSocket(request) && hasBody(request);
}
