import {
  cookiesWithout,
  signInTime,
  ticketCookieValues,
  type VerifiedTicket,
} from "@countersign/ticket";
import { authorizationFor } from "../identity/basic-credentials.ts";
import { type Answer, corsHeaders, problemAnswer, redirectAnswer } from "./answer.ts";
import { firstObstacle } from "./checks.ts";
import type { Allow, Decision, DueRenewal, Refused } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { isSentAway } from "./is-sent-away.ts";
import { loopAnswer } from "./loop-page.ts";
import { plainAnswer } from "./plain-answer.ts";
import { answerPreflight, isPreflight, passesPreflight } from "./preflight.ts";
import type { Reason } from "./reason.ts";
import { redirectFor, redirectToItself } from "./redirects.ts";

/** Decides one visit. Reads nothing but its arguments, so that every adapter agrees. */
export function decide(facts: Facts): Decision {
  const { visit, policy } = facts;
  if (policy.preflight !== "check" && isPreflight(visit) && publicObstacle(facts) === undefined) {
    return passesPreflight(facts) ? allow(undefined, facts) : answerPreflight(facts);
  }
  const obstacle = policy.access === "public" ? publicObstacle(facts) : firstObstacle(facts);
  if (obstacle === undefined) return allowOrClean(facts);
  // Who is not known, or not known well enough, is nobody here.
  if (policy.access === "optional" && obstacle !== "no-tls") return allow(undefined, facts);
  return refuse(obstacle, facts);
}

function publicObstacle({ policy, visit }: Facts): Reason | undefined {
  return policy.requireTls && visit.scheme !== "https" ? "no-tls" : undefined;
}

function allowOrClean(facts: Facts): Decision {
  const { visit, round, verification } = facts;
  const isBack = round?.isMarked === true && verification?.ok === true;
  if (isBack && visit.method === "GET" && isSentAway(facts)) {
    const answer = redirectAnswer(redirectToItself(facts));
    return { kind: "clean-address", reason: "signed-in", answer };
  }
  return allow(verification?.ok === true ? verification.ticket : undefined, facts);
}

function allow(ticket: VerifiedTicket | undefined, facts: Facts): Allow {
  const { policy, visit, now } = facts;
  const { hideTicket, assertion, origin } = policy;
  const cookies = hideTicket ? (visit.headers.get("cookie") ?? "") : undefined;
  return {
    kind: "allow",
    ticket,
    policy,
    cacheSeconds: policy.cacheSeconds === 0 ? 0 : cacheSecondsFor(ticket, facts),
    authorization: authorizationFor(ticket, policy),
    cookies: cookies === undefined ? undefined : cookiesWithout(cookies, policy.cookieName),
    assertion: ticket === undefined ? undefined : assertion?.assert(ticket, origin, now),
    renewal: policy.renewInPlace ? dueRenewal(facts) : undefined,
  };
}

/** Until something would change by itself. */
function cacheSecondsFor(ticket: VerifiedTicket | undefined, { policy, now }: Facts): number {
  if (ticket === undefined) return policy.cacheSeconds;
  const { validUntil, graceAfter = validUntil } = ticket;
  const left = [policy.cacheSeconds, validUntil - now, graceAfter - now];
  if (policy.assertion !== undefined) left.push(policy.assertion.lifetimeSeconds / 2);
  left.push((signInTime(ticket) ?? now) + policy.maxSignInAgeSeconds - now);
  return Math.max(0, Math.floor(Math.min(...left)));
}

function dueRenewal({ verification, policy, visit, now }: Facts): DueRenewal | undefined {
  if (verification?.ok !== true || !verification.inGrace) return undefined;
  const { refresh } = policy.redirectUrls;
  const header = visit.headers.get("cookie");
  if (refresh === undefined || !header) return undefined;
  const { clientAddress } = visit;
  const at = { now, clientAddress, host: policy.hostName, confirmedKey: undefined };
  // The one that counted. Whatever else has its name is not passed on.
  const value = ticketCookieValues(header, policy.cookieName).find(
    (one) => policy.verifier.verifyEncoded(one, at).ok,
  );
  if (value === undefined) return undefined;
  const back = `${policy.backArgument}=${encodeURIComponent(`${policy.origin}/`)}`;
  return {
    url: `${refresh}${refresh.includes("?") ? "&" : "?"}${back}`,
    cookies: `${policy.cookieName}=${value}`,
  };
}

/** Reasons with which we know who somebody is, and that it does not suffice. */
const forbidding: ReadonlySet<Reason> = new Set<Reason>([
  "no-token",
  "missing-token",
  "unwanted-token",
  "other-user",
  "other-origin",
]);

function refuse(reason: Reason, facts: Facts): Refused {
  const isForbidden = forbidding.has(reason);
  if (!isSentAway(facts)) {
    return { kind: isForbidden ? "forbid" : "log-in", reason, answer: explained(reason, facts) };
  }
  const redirect = redirectFor(reason, facts);
  if (redirect === undefined) {
    const problem = { status: 403, title: "Forbidden", reason } as const;
    return { kind: "forbid", reason, answer: plainAnswer(problem, facts.visit.headers) };
  }
  // Where those who lack a right have an address of their own, they stay there.
  const { unauthorised, login } = facts.policy.redirectUrls;
  if (facts.round?.isLast === true && (!isForbidden || unauthorised === login)) {
    return { kind: "loop", reason, answer: loopAnswer(reason, facts) };
  }
  const answer = redirectAnswer(redirect);
  if (reason === "in-grace") return { kind: "renew", reason, answer };
  return { kind: isForbidden ? "forbid" : "log-in", reason, answer };
}

/** What a program is told. */
function explained(reason: Reason, { visit, policy }: Facts): Answer {
  const cors = corsHeaders(visit, policy.corsOrigins);
  if (forbidding.has(reason)) {
    return problemAnswer({ status: 403, title: "Forbidden", reason }, cors);
  }
  const { login } = policy.redirectUrls;
  const challenge = ["WWW-Authenticate", `Countersign realm="${policy.origin}", error="${reason}"`];
  const problem = { status: 401, title: "Sign-in required", reason, login } as const;
  return problemAnswer(problem, [challenge as [string, string], ...cors]);
}
