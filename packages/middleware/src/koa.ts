import type { Identity } from "@countersign/gateway";
import type { Middleware } from "koa";
import type { ChannelBinding } from "./binding.ts";
import { createGate } from "./gate.ts";
import { judge } from "./node-gate.ts";
import type { CountersignOptions, RequiredOptions } from "./options.ts";
import { sendRenewed } from "./renewed-ticket.ts";

export type { Identity } from "@countersign/gateway";
export type { ChannelBinding, ChannelBindings } from "./binding.ts";
export type { CountersignOptions } from "./options.ts";
export { endsWithTicket } from "./ticket-end.ts";

/** What the middleware adds to `ctx.state`. */
export interface CountersignState<Known extends Identity | undefined = Identity> {
  /** Who the visitor is. */
  identity: Known;
  /** Of the connection, where the option `bindings` is given. */
  binding?: ChannelBinding | undefined;
}

/**
 * Lets through who has a valid ticket, with `ctx.state.identity` set, and sends the others away.
 *
 * It protects what comes after it: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign(options: RequiredOptions): Middleware<CountersignState>;
export function countersign(
  options: CountersignOptions,
): Middleware<CountersignState<Identity | undefined>>;
export function countersign(
  options: CountersignOptions,
): Middleware<CountersignState<Identity | undefined>> {
  const gate = createGate(options);
  return async (context, next) => {
    const outcome = judge(gate, context.req, context.originalUrl);
    if (!outcome.isLetIn) {
      const { status, headers, body } = outcome.answer;
      context.status = status;
      context.set(Object.fromEntries(headers));
      context.body = body;
      return;
    }
    context.state.identity = outcome.identity;
    const setCookie = await outcome.renewed;
    context.state.binding = context.req.binding;
    if (setCookie !== undefined) sendRenewed(context.res, setCookie);
    await next();
  };
}
