import type { Identity } from "@countersign/gateway";
import { createGate } from "./gate.ts";
import { type CountersignOptions, type RequiredOptions, requireOption } from "./options.ts";
import { addRenewed } from "./renewed-ticket.ts";
import { judgeVisit } from "./web-gate.ts";
import { readWebVisit, withHeaders } from "./web-request.ts";

export type { Identity } from "@countersign/gateway";
export type { CountersignOptions } from "./options.ts";

/** What a server on `fetch` says beside the options of all. */
export interface FetchOptions<More extends readonly unknown[]> {
  /**
   * The address that a request came from, since a `Request` does not tell: `more` is what the
   * platform hands over beside it. Nobody comes in without.
   */
  readonly clientAddress: (request: Request, ...more: More) => string | undefined;
  /** Not here: a `Request` knows no connection. */
  readonly bindings?: undefined;
}

/** What a visitor gets who was let in. */
export type IdentifiedHandler<Known, More extends readonly unknown[]> = (
  request: Request,
  identity: Known,
  ...more: More
) => Response | Promise<Response>;

/** A handler as platforms call it. */
export type FetchHandler<More extends readonly unknown[]> = (
  request: Request,
  ...more: More
) => Promise<Response>;

/**
 * Wraps a handler: it is called for who has a valid ticket; the others are sent away.
 *
 * Every request that comes here is protected: it matches no paths.
 *
 * @throws {TypeError}, `PolicyError` or `TicketError` when the options cannot be meant.
 */
export function countersign<More extends readonly unknown[]>(
  options: RequiredOptions & FetchOptions<More>,
  handler: IdentifiedHandler<Identity, More>,
): FetchHandler<More>;
export function countersign<More extends readonly unknown[]>(
  options: CountersignOptions & FetchOptions<More>,
  handler: IdentifiedHandler<Identity | undefined, More>,
): FetchHandler<More>;
export function countersign<More extends readonly unknown[]>(
  options: CountersignOptions & FetchOptions<More>,
  handler: IdentifiedHandler<never, More>,
): FetchHandler<More> {
  const { clientAddress, ...common } = options;
  requireOption("clientAddress", clientAddress);
  if (common.bindings !== undefined) {
    throw new TypeError(
      "countersign: option bindings needs connections, which fetch does not show",
    );
  }
  const gate = createGate(common);
  return async (request, ...more) => {
    const visit = readWebVisit(request, clientAddress(request, ...more), gate.peers);
    const outcome = judgeVisit(gate, visit);
    if (!outcome.isLetIn) return outcome.response;
    const { identity, headers, renewed } = outcome;
    const setCookie = await renewed;
    // The signatures above hold the handler to what these options let in.
    const known = identity as never;
    const response = await handler(withHeaders(request, headers()), known, ...more);
    if (setCookie === undefined) return response;
    // A response that came from elsewhere cannot be changed.
    const answer = new Response(response.body, response);
    addRenewed(answer.headers, setCookie);
    return answer;
  };
}
