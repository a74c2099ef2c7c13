import type { IncomingMessage, ServerResponse } from "node:http";
import { type Decision, type Identity, identityOf } from "@countersign/gateway";

declare module "http" {
  interface IncomingMessage {
    /** Who the visitor is; set by Countersign before it lets a request through. */
    identity?: Identity;
  }
}

/** Carries a decision out: calls `next` with the identity in place, or answers. */
export function carryOut(
  decision: Decision,
  request: IncomingMessage,
  response: ServerResponse,
  next: () => void,
): void {
  switch (decision.kind) {
    case "allow":
      request.identity = identityOf(decision.ticket);
      next();
      return;
    case "log-in":
    case "renew":
      redirect(response, decision.redirect);
      return;
    case "forbid":
      if (decision.redirect === undefined) refuse(response, 403, "Forbidden");
      else redirect(response, decision.redirect);
      return;
    case "bad-request":
      refuse(response, 400, "Bad Request");
  }
}

function redirect(response: ServerResponse, to: { status: number; location: string }): void {
  response.writeHead(to.status, { Location: to.location, "Cache-Control": "no-store" });
  response.end();
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "Content-Type": "text/plain; charset=utf-8",
    "Cache-Control": "no-store",
  });
  response.end(`${text}\n`);
}
