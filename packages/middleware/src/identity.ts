import type { IncomingMessage } from "node:http";
import { type Allow, type Identity, identityOf as readIdentity } from "@countersign/gateway";

declare module "http" {
  interface IncomingMessage {
    /** Who the visitor is; set by Countersign before it lets a request through. */
    identity?: Identity | undefined;
  }
}

/** What is known of somebody who is let in. */
export function identityIn({ ticket }: Allow): Identity | undefined {
  return ticket === undefined ? undefined : readIdentity(ticket);
}

/**
 * Who the visitor is, in a handler that only somebody with a ticket can reach.
 *
 * @throws {TypeError} when nobody is known: the handler is not behind Countersign, or open to all.
 */
export function identityOf({ identity }: Pick<IncomingMessage, "identity">): Identity {
  if (identity === undefined) throw new TypeError("countersign: nobody is known here");
  return identity;
}
