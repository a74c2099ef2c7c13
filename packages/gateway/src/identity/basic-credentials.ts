import {
  decodeBasicAuth,
  decryptBasicAuth,
  encodeBasicAuth,
  TicketError,
  type VerifiedTicket,
} from "@countersign/ticket";
import type { Policy } from "../policy/policy.ts";

/**
 * The `Authorization` that the application gets. `undefined`: what the visitor sent, if anything;
 * empty: none, since the visitor's own must not pass for ours.
 */
export function authorizationFor(
  ticket: VerifiedTicket | undefined,
  policy: Policy,
): string | undefined {
  if (policy.basicAuth === "none") return undefined;
  if (ticket === undefined) return "";
  try {
    const credentials =
      policy.basicAuth === "fake" ? `${ticket.uid}:password` : passed(ticket, policy);
    return credentials === undefined ? "" : `Basic ${encodeBasicAuth(credentials)}`;
  } catch (error) {
    // What cannot be read with this key is nobody's password.
    if (error instanceof TicketError) return "";
    throw error;
  }
}

function passed({ basicAuth }: VerifiedTicket, { basicAuthKey }: Policy): string | undefined {
  if (basicAuth === undefined) return undefined;
  return basicAuthKey === undefined
    ? decodeBasicAuth(basicAuth)
    : decryptBasicAuth(basicAuth, basicAuthKey);
}
