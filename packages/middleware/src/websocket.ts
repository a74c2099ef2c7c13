import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Identity, identityHeaders } from "@countersign/gateway";
import type { EpochSeconds } from "@countersign/ticket";
import { createGate, type Gate } from "./gate.ts";
import { identityIn } from "./identity.ts";
import { bindAndTell } from "./node-gate.ts";
import { readNodeVisit, replaceHeaders } from "./node-request.ts";
import type { CountersignOptions } from "./options.ts";
import { systemClock } from "./system-clock.ts";
import { type Ending, onceOver } from "./ticket-end.ts";
import { refuseUpgrade } from "./upgrade-answer.ts";

export type { Identity } from "@countersign/gateway";
export type { ChannelBinding, ChannelBindings } from "./binding.ts";
export type { CountersignOptions } from "./options.ts";

/** The code that a WebSocket is closed with when its ticket ends (RFC 6455 §7.4.2: ours to choose). */
export const ticketEnded = 4401;

/** A WebSocket as the package `ws` makes it, or another that can be closed. */
export interface ClosableSocket {
  close(code: number, reason: string): void;
  once?(event: "close", listener: () => void): unknown;
}

/** A `WebSocketServer` of the package `ws`, made with `{ noServer: true }`. */
export interface UpgradingServer<Client extends ClosableSocket> {
  readonly options: { readonly noServer?: boolean | undefined };
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    callback: (client: Client, request: IncomingMessage) => void,
  ): void;
  emit(event: "connection", client: Client, request: IncomingMessage): boolean;
}

/** A listener for the event `upgrade` of an HTTP server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Opens a WebSocket for who has a valid ticket, with `request.identity` set, and answers the others.
 * Scripts of other sites get 403, unless their origin is one of `corsOrigins`. When the ticket ends
 * the WebSocket is closed with {@link ticketEnded}.
 *
 * Every upgrade that comes here is protected: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign<Client extends ClosableSocket>(
  options: CountersignOptions,
  sockets: UpgradingServer<Client>,
): UpgradeListener {
  if (sockets.options.noServer !== true) {
    throw new TypeError("countersign: the WebSocketServer is to be made with { noServer: true }");
  }
  const gate = createGate(options);
  return (request, socket, head) => {
    const visit = readNodeVisit(request, request.url ?? "", gate.peers);
    const decision = gate.decide(visit);
    if (decision.kind !== "allow") return refuseUpgrade(socket, decision.answer);
    const { ticket } = decision;
    replaceHeaders(request, identityHeaders(decision, request.binding?.sessionId));
    request.identity = identityIn(decision);
    const open = () =>
      sockets.handleUpgrade(request, socket, head, (client) => {
        if (ticket !== undefined) closeAtEnd(client, request, gate, ticket.validUntil);
        sockets.emit("connection", client, request);
      });
    const bound = bindAndTell(gate, request, visit, decision);
    if (bound === undefined) open();
    else openLater(socket, bound, open);
  };
}

/** Node leaves the connection to us, with nobody else to hear when it breaks meanwhile. */
function openLater(socket: Duplex, bound: Promise<void>, open: () => void): void {
  const broken = () => socket.destroy();
  socket.on("error", broken);
  void bound.then(() => {
    if (!socket.destroyed) open();
    socket.off("error", broken);
  });
}

/**
 * Closes a WebSocket with {@link ticketEnded} when its visitor's ticket ends: for those that a
 * framework opens behind the middleware.
 */
export function closeWithTicket(
  client: ClosableSocket,
  { validUntil }: Identity,
  now: () => EpochSeconds = systemClock,
): void {
  const isOver = () => now() > validUntil;
  closeOnceOver(client, { lastSecond: validUntil, isOver, now });
}

function closeAtEnd(
  client: ClosableSocket,
  request: IncomingMessage,
  { decide, peers, now }: Gate,
  lastSecond: number,
): void {
  const visit = readNodeVisit(request, request.url ?? "", peers);
  const isOver = () => {
    const decision = decide(visit);
    // A ticket that is due for renewal is as good as before.
    return decision.kind === "allow" ? decision.ticket === undefined : decision.kind !== "renew";
  };
  closeOnceOver(client, { lastSecond, isOver, now });
}

function closeOnceOver(client: ClosableSocket, ending: Ending): void {
  const stop = onceOver(ending, () => client.close(ticketEnded, "ticket ended"));
  client.once?.("close", stop);
}
