import type { IncomingMessage, ServerResponse } from "node:http";
import type { Identity } from "@countersign/gateway";
import { createGate } from "./gate.ts";
import { judge, letInOrAnswer } from "./node-gate.ts";
import type { CountersignOptions, RequiredOptions } from "./options.ts";

export type { Identity } from "@countersign/gateway";
export type { ChannelBinding, ChannelBindings } from "./binding.ts";
export { identityOf } from "./identity.ts";
export type { CountersignOptions } from "./options.ts";
export { endsWithTicket } from "./ticket-end.ts";

/** Answers a request, or lets it through by calling `next`. */
export type Countersign<Known extends Identity | undefined = Identity> = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (identity: Known) => void,
) => void;

/**
 * Lets through who has a valid ticket, with `request.identity` set, and sends the others away.
 *
 * Every request that comes here is protected: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign(options: RequiredOptions): Countersign;
export function countersign(options: CountersignOptions): Countersign<Identity | undefined>;
export function countersign(options: CountersignOptions): Countersign<Identity | undefined> {
  const gate = createGate(options);
  return (request, response, next) => {
    letInOrAnswer(judge(gate, request, request.url ?? ""), response, next);
  };
}
