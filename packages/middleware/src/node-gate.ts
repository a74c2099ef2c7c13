import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, type Identity, identityHeaders } from "@countersign/gateway";
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
      /** The `Set-Cookie` to answer with, once it is there. */
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
  replaceHeaders(request, identityHeaders(decision));
  request.identity = identity;
  return { isLetIn: true, identity, renewed };
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
