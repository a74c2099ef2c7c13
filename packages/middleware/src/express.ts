import type { RequestHandler } from "express";
import { carryOut } from "./answer.ts";
import { createGate } from "./gate.ts";
import type { CountersignOptions } from "./options.ts";

export type { Identity } from "@countersign/gateway";
export type { CountersignOptions } from "./options.ts";

/**
 * Lets through who has a valid ticket, with `request.identity` set, and sends the others away.
 *
 * It protects whatever Express routes to it: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign(options: CountersignOptions): RequestHandler {
  const decide = createGate(options);
  return (request, response, next) => {
    // `url` lacks the path that the middleware is mounted at.
    carryOut(decide(request, request.originalUrl), request, response, next);
  };
}
