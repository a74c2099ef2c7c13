import { signInTime, type VerifiedTicket } from "@countersign/ticket";
import type { Policy } from "../policy/policy.ts";
import type { Visit } from "../visit/visit.ts";
import type { Facts } from "./facts.ts";
import { isSentAway } from "./is-sent-away.ts";
import type { Reason } from "./reason.ts";

/** What a ticket is asked once it is verified, in order; each `true` if there is nothing to object. */
const ticketChecks = {
  "no-multifactor": (ticket, { policy }) => !policy.requireMultifactor || ticket.multifactor,
  "no-token": ({ tokens }, { policy: { anyOfTokens } }) =>
    anyOfTokens.length === 0 || anyOfTokens.some((token) => tokens.includes(token)),
  "missing-token": ({ tokens }, { policy }) =>
    policy.allOfTokens.every((token) => tokens.includes(token)),
  "unwanted-token": ({ tokens }, { policy }) =>
    !policy.noneOfTokens.some((token) => tokens.includes(token)),
  "other-user": ({ uid }, { policy: { users } }) => users.length === 0 || users.includes(uid),
  "old-sign-in": (ticket, { policy: { maxSignInAgeSeconds }, now }) =>
    maxSignInAgeSeconds === Number.POSITIVE_INFINITY ||
    now - (signInTime(ticket) ?? Number.NEGATIVE_INFINITY) <= maxSignInAgeSeconds,
  "unbound-ticket": (ticket, { policy }) =>
    !policy.requireBoundTicket || ticket.confirmationKey !== undefined,
  "other-origin": (_ticket, { visit, policy }) => isOwnWebSocket(visit, policy),
} satisfies Partial<Record<Reason, (ticket: VerifiedTicket, facts: Facts) => boolean>>;

type TicketCheck = keyof typeof ticketChecks;

const inOrder = Object.entries(ticketChecks) as [TicketCheck, (typeof ticketChecks)[TicketCheck]][];

/**
 * The first check that a visit does not pass; `undefined`: it passes all. In the order of
 * mod_auth_pubtkt: TLS, ticket (in the verifier: signature, fields, client address, time), grace
 * period, second factor, tokens; then what that module does not have.
 */
export function firstObstacle(facts: Facts): Reason | undefined {
  const { policy, visit, verification } = facts;
  if (policy.requireTls && visit.scheme !== "https") return "no-tls";
  if (verification === undefined) return "no-ticket";
  if (!verification.ok) return verification.refusal;
  const { ticket, inGrace } = verification;
  if (inGrace && isSentAwayToRenew(facts)) return "in-grace";
  for (const [reason, passes] of inOrder) if (!passes(ticket, facts)) return reason;
  return undefined;
}

/** One check, and what came of it; `undefined`: it was not reached. */
export interface CheckOutcome {
  readonly check: Reason | "ticket";
  readonly passed: boolean | undefined;
}

/** Every check in order, with what came of it. */
export function outcomes(facts: Facts): readonly CheckOutcome[] {
  const { policy, visit, verification } = facts;
  const ticket = verification?.ok === true ? verification.ticket : undefined;
  return [
    { check: "no-tls", passed: !policy.requireTls || visit.scheme === "https" },
    { check: "no-ticket", passed: verification !== undefined },
    { check: "ticket", passed: verification?.ok },
    {
      check: "in-grace",
      passed: verification?.ok ? !(verification.inGrace && isSentAwayToRenew(facts)) : undefined,
    },
    ...inOrder.map(([check, passes]) => ({
      check,
      passed: ticket === undefined ? undefined : passes(ticket, facts),
    })),
  ];
}

/**
 * A redirect would lose a form's body, so only a GET is sent away (TKTAuthRefreshURL); and nobody is
 * from where no ticket is needed.
 */
function isSentAwayToRenew(facts: Facts): boolean {
  const { visit, policy } = facts;
  if (visit.method !== "GET" || policy.renewInPlace || policy.access === "optional") return false;
  return isSentAway(facts);
}

/**
 * Browsers open a WebSocket from any page and send the cookies along, without asking as they do for
 * `fetch`. They do say which page it was; programs do not (RFC 6455 §10.2).
 */
function isOwnWebSocket({ headers }: Visit, { origin, corsOrigins }: Policy): boolean {
  if (!/\bwebsocket\b/i.test(headers.get("upgrade") ?? "")) return true;
  const asking = headers.get("origin");
  return !asking || asking === origin || corsOrigins.includes(asking);
}
