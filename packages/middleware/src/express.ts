import type { RequestHandler } from "express";
import { createGate } from "./gate.ts";
import { judge, letInOrAnswer } from "./node-gate.ts";
import type { CountersignOptions } from "./options.ts";

export type { Identity } from "@countersign/gateway";
export type { ChannelBinding, ChannelBindings } from "./binding.ts";
export { identityOf } from "./identity.ts";
export type { CountersignOptions } from "./options.ts";
export { endsWithTicket } from "./ticket-end.ts";

/**
 * Lets through who has a valid ticket, with `request.identity` set, and sends the others away.
 *
 * It protects whatever Express routes to it: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign(options: CountersignOptions): RequestHandler {
  const gate = createGate(options);
  return (request, response, next) => {
    // `url` lacks the path that the middleware is mounted at.
    letInOrAnswer(judge(gate, request, request.originalUrl), response, () => next());
  };
}
