import type { RedirectPurpose } from "../policy/redirect-urls.ts";
import type { Facts } from "./facts.ts";
import type { Reason } from "./reason.ts";

/** Where to send a visitor, and how. */
export interface Redirect {
  /** 307 keeps the method, 303 makes it a GET, 302 is all that HTTP/1.0 knows. */
  readonly status: 302 | 303 | 307;
  /** An absolute URL in printable ASCII, at most {@link maxLocationLength} characters if it can be. */
  readonly location: string;
}

/** Apache takes a header line of at most 8,190 bytes from an authorizer. */
export const maxLocationLength = 6000;

const purposes = {
  "no-tls": "login",
  "no-ticket": "login",
  malformed: "login",
  "unknown-key": "login",
  "bad-signature": "login",
  "wrong-audience": "login",
  "wrong-address": "bad-address",
  "unconfirmed-key": "login",
  expired: "timeout",
  "in-grace": "refresh",
  "no-multifactor": "multifactor",
  "no-token": "unauthorised",
  "missing-token": "unauthorised",
  "unwanted-token": "unauthorised",
  "other-user": "unauthorised",
  "old-sign-in": "login",
  "unbound-ticket": "login",
  "other-origin": "unauthorised",
} satisfies Record<Reason, RedirectPurpose>;

/** Where a visitor is sent for `reason`; `undefined` if the policy names no address for it. */
export function redirectFor(reason: Reason, facts: Facts): Redirect | undefined {
  const { visit, policy } = facts;
  const isPost = reason === "expired" && visit.method === "POST";
  const url = policy.redirectUrls[isPost ? "post-timeout" : purposes[reason]];
  if (url === undefined) return undefined;
  const start = `${url}${url.includes("?") ? "&" : "?"}${argumentsFor(reason, facts)}${policy.backArgument}=`;
  return { status: statusFor(facts), location: start + backAddress(facts, start.length) };
}

/** The page itself, by the name of its site. */
export function redirectToItself(facts: Facts): Redirect {
  return { status: statusFor(facts), location: facts.policy.origin + facts.visit.target };
}

function argumentsFor(reason: Reason, { visit }: Facts): string {
  if (reason === "wrong-address") return `ip=${encodeURIComponent(visit.clientAddress)}&`;
  // With a good ticket the login server would otherwise say that all is well.
  return reason === "old-sign-in" ? "reason=old-sign-in&" : "";
}

/**
 * The way back, encoded: the target as it was sent, since decoding would make another address of
 * it. Where that would be too long, the page without its query, else the site.
 */
function backAddress({ visit, policy, round }: Facts, startLength: number): string {
  const { target } = visit;
  for (const candidate of [target, target.split("?", 1)[0] ?? "/"]) {
    const encoded = encodeURIComponent(policy.origin + (round?.mark(candidate) ?? candidate));
    if (startLength + encoded.length <= maxLocationLength) return encoded;
  }
  return encodeURIComponent(`${policy.origin}/`);
}

/** A 307 would carry a form's body, so its fields, to the login server. */
function statusFor({ visit }: Facts): Redirect["status"] {
  if (visit.httpVersion === "1.0") return 302;
  return visit.method === "GET" || visit.method === "HEAD" ? 307 : 303;
}
