import type { Identity } from "@countersign/gateway";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ChannelBinding } from "./binding.ts";
import { createGate } from "./gate.ts";
import { judge } from "./node-gate.ts";
import type { CountersignOptions } from "./options.ts";
import { sendRenewed } from "./renewed-ticket.ts";

export type { Identity } from "@countersign/gateway";
export type { ChannelBinding, ChannelBindings } from "./binding.ts";
export { identityOf } from "./identity.ts";
export type { CountersignOptions } from "./options.ts";
export { endsWithTicket } from "./ticket-end.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who the visitor is; set by Countersign before it lets a request through. */
    identity?: Identity | undefined;
    /** Of the connection, where the option `bindings` is given. */
    binding?: ChannelBinding | undefined;
  }
}

/** A hook for `onRequest`. */
export type Countersign = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/**
 * Lets through who has a valid ticket, with `request.identity` set, and sends the others away.
 *
 * It protects the routes that Fastify runs the hook for: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign(options: CountersignOptions): Countersign {
  const gate = createGate(options);
  return async (request, reply) => {
    const outcome = judge(gate, request.raw, request.originalUrl);
    if (!outcome.isLetIn) {
      const { status, headers, body } = outcome.answer;
      return reply.code(status).headers(Object.fromEntries(headers)).send(body);
    }
    request.identity = outcome.identity;
    const setCookie = await outcome.renewed;
    request.binding = request.raw.binding;
    if (setCookie !== undefined) sendRenewed(reply.raw, setCookie);
    return undefined;
  };
}
