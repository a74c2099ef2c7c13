import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type Allow,
  type Answer,
  type Identity,
  identityHeaders,
  type Visit,
} from "@countersign/gateway";
import type { Gate } from "./gate.ts";
import { identityIn } from "./identity.ts";
import { readNodeVisit, replaceHeaders } from "./node-request.ts";
import { sendRenewed } from "./renewed-ticket.ts";

/** What becomes of a request. */
export type Outcome =
  | { readonly isLetIn: false; readonly answer: Answer }
  | {
      readonly isLetIn: true;
      readonly identity: Identity | undefined;
      /** The `Set-Cookie` to answer with, once it is there, and the request's binding with it. */
      readonly renewed: Promise<string | undefined> | undefined;
    };

/**
 * Decides a request, and prepares it for the application if that gets it.
 *
 * @param target The request target as it was sent.
 */
export function judge(gate: Gate, request: IncomingMessage, target: string): Outcome {
  const visit = readNodeVisit(request, target, gate.peers);
  const decision = gate.decide(visit);
  if (decision.kind !== "allow") return { isLetIn: false, answer: decision.answer };
  const identity = identityIn(decision);
  const renewed = gate.renew(decision, visit);
  // One that another gate has found stays.
  replaceHeaders(request, identityHeaders(decision, request.binding?.sessionId));
  request.identity = identity;
  const bound = bindAndTell(gate, request, visit, decision);
  return { isLetIn: true, identity, renewed: bound?.then(() => renewed) ?? renewed };
}

/** Sets the binding, and the header that says the same; `undefined`: there is nothing to wait for. */
export function bindAndTell(
  gate: Gate,
  request: IncomingMessage,
  visit: Visit,
  { policy: { identityNames } }: Allow,
): Promise<void> | undefined {
  return gate.bind(request, visit)?.then((binding) => {
    if (binding !== undefined)
      replaceHeaders(request, [identityNames.sessionId, binding.sessionId]);
  });
}

/** Calls `next` with the identity in place, or answers. */
export function letInOrAnswer(
  outcome: Outcome,
  response: ServerResponse,
  next: (identity: Identity | undefined) => void,
): void {
  if (!outcome.isLetIn) {
    writeAnswer(response, outcome.answer);
    return;
  }
  const { identity, renewed } = outcome;
  if (renewed === undefined) {
    next(identity);
    return;
  }
  renewed.then((setCookie) => {
    if (setCookie !== undefined) sendRenewed(response, setCookie);
    next(identity);
  });
}

function writeAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  response.statusCode = status;
  for (const [name, value] of headers) response.setHeader(name, value);
  response.end(body);
}
