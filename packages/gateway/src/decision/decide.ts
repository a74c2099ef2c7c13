import type { Verification, VerifiedTicket } from "@countersign/ticket";
import type { Policy } from "../policy/policy.ts";
import type { Visit } from "../visit/visit.ts";
import type { Reason } from "./reason.ts";
import { type Redirect, redirectFor } from "./redirects.ts";

/** Why a visit makes no sense here, whoever it is. */
export type BadRequest = "unknown-host" | "bad-target" | "ambiguous-path";

/** What each of them means, in the words of the reference page. */
export const badRequestTexts: Readonly<Record<BadRequest, string>> = {
  "unknown-host": "no site has the scheme, host and port that were asked for",
  "bad-target": "the request target is no path, or cannot be decoded",
  "ambiguous-path": "servers may read the path in different ways, which lead to different places",
};

/**
 * What the gateway answers to a visit, with all that an adapter needs to carry it out. A page
 * follows `redirect`; where there is none the answer is 403.
 */
export type Decision =
  | { readonly kind: "allow"; readonly ticket: VerifiedTicket }
  /** Who are you? */
  | { readonly kind: "log-in"; readonly reason: Reason; readonly redirect: Redirect }
  /** The ticket is good, and due for renewal. */
  | { readonly kind: "renew"; readonly ticket: VerifiedTicket; readonly redirect: Redirect }
  /** We know who you are, or have nowhere to send you. */
  | {
      readonly kind: "forbid";
      readonly reason: Reason;
      readonly redirect: Redirect | undefined;
    }
  | { readonly kind: "bad-request"; readonly reason: BadRequest };

/**
 * Decides one visit to a place with this policy. `verification` is what the verifier said of its
 * ticket, and `undefined` if there was none. Reads nothing else, so that every adapter agrees.
 *
 * The checks in the order of mod_auth_pubtkt: TLS, ticket (in the verifier: signature, fields,
 * client address, time), grace period, second factor, tokens.
 */
export function decide(
  visit: Visit,
  policy: Policy,
  verification: Verification | undefined,
): Decision {
  if (policy.requireTls && visit.scheme !== "https") return logIn("no-tls", visit, policy);
  if (verification === undefined) return logIn("no-ticket", visit, policy);
  if (!verification.ok) return logIn(verification.refusal, visit, policy);

  const { ticket, inGrace } = verification;
  // A redirect would lose the body, so only a GET is sent away to renew (TKTAuthRefreshURL).
  if (inGrace && visit.method === "GET") {
    const redirect = redirectFor("in-grace", visit, policy);
    if (redirect === undefined) return { kind: "forbid", reason: "in-grace", redirect };
    return { kind: "renew", ticket, redirect };
  }
  if (policy.requireMultifactor && !ticket.multifactor) {
    return logIn("no-multifactor", visit, policy);
  }
  if (!holdsAny(ticket.tokens, policy.anyOfTokens)) {
    const redirect = redirectFor("no-token", visit, policy);
    return { kind: "forbid", reason: "no-token", redirect };
  }
  return { kind: "allow", ticket };
}

function logIn(reason: Reason, visit: Visit, policy: Policy): Decision {
  const redirect = redirectFor(reason, visit, policy);
  if (redirect === undefined) return { kind: "forbid", reason, redirect };
  return { kind: "log-in", reason, redirect };
}

function holdsAny(held: readonly string[], anyOf: readonly string[]): boolean {
  return anyOf.length === 0 || anyOf.some((token) => held.includes(token));
}
