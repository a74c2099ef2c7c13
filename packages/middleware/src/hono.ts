import type { IncomingMessage } from "node:http";
import { type Identity, isCacheHeader } from "@countersign/gateway";
import type { Context, MiddlewareHandler } from "hono";
import type { ChannelBinding } from "./binding.ts";
import { createGate } from "./gate.ts";
import { isWhole, readNodeVisit, replaceHeaders } from "./node-request.ts";
import type { CountersignOptions, RequiredOptions } from "./options.ts";
import { judgeVisit } from "./web-gate.ts";
import { readWebVisit, withHeaders } from "./web-request.ts";

export type { Identity } from "@countersign/gateway";
export type { ChannelBinding, ChannelBindings } from "./binding.ts";
export type { CountersignOptions } from "./options.ts";

/** What Hono says beside the options of all. */
export interface HonoOptions {
  /**
   * The address that a request came from. On Node (`@hono/node-server`) the connection tells; on
   * other platforms nobody comes in without this.
   */
  readonly clientAddress?: ((context: Context) => string | undefined) | undefined;
}

/** What the middleware adds to `c.var`. */
export interface CountersignVariables<Known extends Identity | undefined = Identity> {
  /** Who the visitor is. */
  identity: Known;
  /** Of the connection, on Node, where the option `bindings` is given. */
  binding: ChannelBinding | undefined;
}

type Handler<Known extends Identity | undefined> = MiddlewareHandler<{
  Variables: CountersignVariables<Known>;
}>;

/**
 * Lets through who has a valid ticket, with `c.var.identity` set, and sends the others away.
 *
 * It protects whatever Hono routes to it: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign(options: RequiredOptions & HonoOptions): Handler<Identity>;
export function countersign(
  options: CountersignOptions & HonoOptions,
): Handler<Identity | undefined>;
export function countersign(options: CountersignOptions & HonoOptions): MiddlewareHandler {
  const { clientAddress, ...common } = options;
  const gate = createGate(common);
  const visitOf = (context: Context, incoming: IncomingMessage | undefined) => {
    if (clientAddress !== undefined) {
      // What Node has dropped may have been the way here.
      const isKnown = incoming === undefined || isWhole(incoming);
      const peer = isKnown ? clientAddress(context) : undefined;
      return readWebVisit(context.req.raw, peer, gate.peers);
    }
    if (incoming !== undefined) return readNodeVisit(incoming, incoming.url ?? "", gate.peers);
    throw new TypeError("countersign: away from Node, option clientAddress is needed");
  };
  return async (context, next) => {
    const incoming = incomingOf(context.env);
    const { raw } = context.req;
    const visit = visitOf(context, incoming);
    const outcome = judgeVisit(gate, visit);
    if (!outcome.isLetIn) return outcome.response;
    if (incoming !== undefined) await gate.bind(incoming, visit);
    const headers = outcome.headers(incoming?.binding);
    context.req.raw = withHeaders(raw, headers);
    if (incoming !== undefined) replaceHeaders(incoming, headers);
    context.set("identity", outcome.identity);
    context.set("binding", incoming?.binding);
    const setCookie = await outcome.renewed;
    await next();
    const { headers: answered } = context.res;
    if (setCookie === undefined || answered.getSetCookie().includes(setCookie)) return undefined;
    // Not before: a handler may answer with a whole Response of its own.
    context.header("Set-Cookie", setCookie, { append: true });
    // It is for one visitor: no cache may give it to another.
    for (const name of [...answered.keys()].filter(isCacheHeader)) context.header(name, undefined);
    context.header("Cache-Control", "no-store");
    return undefined;
  };
}

/** Node's own request, which `@hono/node-server` passes on. */
function incomingOf(env: unknown): IncomingMessage | undefined {
  if (typeof env !== "object" || env === null || !("incoming" in env)) return undefined;
  const { incoming } = env;
  const isRequest = typeof incoming === "object" && incoming !== null && "rawHeaders" in incoming;
  return isRequest ? (incoming as IncomingMessage) : undefined;
}
