import {
  checkBasicAuth,
  decryptBasicAuth,
  encodeBasicAuth,
  TicketError,
  type VerifiedTicket,
} from "@countersign/ticket";
import type { BasicAuthRule, Policy } from "../policy/policy.ts";

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
  const credentials = sources[policy.basicAuth](ticket, policy);
  return credentials === undefined ? "" : `Basic ${credentials}`;
}

type Source = (ticket: VerifiedTicket, policy: Policy) => string | undefined;

const sources: Readonly<Record<Exclude<BasicAuthRule, "none">, Source>> = {
  fake,
  ticket: passed,
  "ticket-or-fake": (ticket, policy) =>
    ticket.basicAuth === undefined ? fake(ticket) : passed(ticket, policy),
};

/** RFC 7617 §2: a name with a colon in it would be another name. */
function fake({ uid }: VerifiedTicket): string | undefined {
  return uid.includes(":") ? undefined : encodeBasicAuth(`${uid}:password`);
}

/** What cannot be read with this key is nobody's password. */
function passed({ basicAuth }: VerifiedTicket, { basicAuthKey }: Policy): string | undefined {
  if (basicAuth === undefined) return undefined;
  try {
    return basicAuthKey === undefined
      ? checkBasicAuth(basicAuth)
      : encodeBasicAuth(decryptBasicAuth(basicAuth, basicAuthKey));
  } catch (error) {
    if (error instanceof TicketError) return undefined;
    throw error;
  }
}
