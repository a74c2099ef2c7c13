import type { IncomingMessage, ServerResponse } from "node:http";
import { carryOut } from "./answer.ts";
import { createGate } from "./gate.ts";
import type { CountersignOptions } from "./options.ts";

export type { Identity } from "@countersign/gateway";
export type { CountersignOptions } from "./options.ts";

/** Answers a request, or lets it through by calling `next`. */
export type Countersign = (
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
) => void;

/**
 * Lets through who has a valid ticket, with `request.identity` set, and sends the others away.
 *
 * Every request that comes here is protected: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign(options: CountersignOptions): Countersign {
  const decide = createGate(options);
  return (request, response, next) => {
    carryOut(decide(request, request.url ?? ""), request, response, next);
  };
}
