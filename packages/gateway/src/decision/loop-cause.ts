import type { Facts } from "./facts.ts";
import type { Reason } from "./reason.ts";

/** Why signing in again and again does not help. */
export type LoopCause =
  | "cookie-secure"
  | "cookie-domain"
  | "cookie-same-site"
  | "unreadable-ticket"
  | "wrong-key"
  | "wrong-address"
  | "clock"
  | "short-lifetime"
  | "requirement";

/** What is wrong, and how an administrator mends it. */
export interface LoopTexts {
  readonly cause: string;
  readonly remedy: string;
}

/** The text of each; `{…}` stands for what only the moment knows. */
export const loopTexts: Readonly<Record<LoopCause, LoopTexts>> = {
  "cookie-secure": {
    cause:
      "Your browser did not send the sign-in cookie: it is marked Secure, and this site was reached over plain http.",
    remedy: "Serve this site over https, and let http only redirect there.",
  },
  "cookie-domain": {
    cause:
      "Your browser did not send the sign-in cookie: most likely its Domain does not cover this site.",
    remedy:
      "Set the login server's cookie.domain to a domain that this site and the login server share. If cookies are blocked in this browser, allow them for this site.",
  },
  "cookie-same-site": {
    cause:
      "Your browser did not send the sign-in cookie, because you came here from another site: most likely the cookie is marked SameSite=Strict.",
    remedy: "Issue the cookie with SameSite=Lax. Opening this address anew may help for now.",
  },
  "unreadable-ticket": {
    cause: "The sign-in cookie arrived, but what it holds is no ticket.",
    remedy:
      "Look for another program that sets a cookie of this name, and for a proxy that changes cookies.",
  },
  "wrong-key": {
    cause: "The ticket arrived, but its signature was made with a key that is not trusted here.",
    remedy:
      "Give this site's gateway the public key of the login server that it sends people to, with the same digest.",
  },
  "wrong-address": {
    cause:
      "The ticket was issued to another network address than the one that this site sees you at: {address}.",
    remedy:
      "Check trustedProxies here and at the login server, or do not bind tickets to addresses (ticket.bindClientAddress).",
  },
  clock: {
    cause:
      "The clocks of this site and of the login server differ: by this site's clock, a ticket that was just issued is {seconds} seconds old.",
    remedy: "Set both clocks, for example by NTP.",
  },
  "short-lifetime": {
    cause: "New tickets are due for renewal, or over, as soon as they are issued.",
    remedy:
      "Raise ticket.lifetimeSeconds at the login server; ticket.graceSeconds must be much smaller.",
  },
  requirement: {
    cause: "The login server accepts you, but this place asks for more: {requirement}.",
    remedy: "Ask the administrator which address leads to what this place asks for.",
  },
};

/** More than redirects take. */
const toleratedSkewSeconds = 30;

/** What is most likely behind a loop with this reason. */
export function loopCauseOf(reason: Reason, facts: Facts): LoopCause {
  switch (reason) {
    case "no-ticket":
      return missingCookieCause(facts);
    case "malformed":
      return "unreadable-ticket";
    case "unknown-key":
    case "bad-signature":
      return "wrong-key";
    case "wrong-address":
      return "wrong-address";
    case "expired":
    case "in-grace":
      return Math.abs(ageOfTicket(facts)) > toleratedSkewSeconds ? "clock" : "short-lifetime";
    default:
      return "requirement";
  }
}

/** How old the ticket is by our clock, in seconds. In a loop, it was issued a moment ago. */
export function ageOfTicket({ verification, now }: Facts): number {
  const ticket = verification?.ticket;
  return ticket === undefined ? 0 : now - (ticket.issuedAt ?? ticket.validUntil);
}

function missingCookieCause({ visit, policy }: Facts): LoopCause {
  const login = URL.parse(policy.redirectUrls.login ?? "");
  const site = URL.parse(policy.origin);
  if (login === null || site === null) return "cookie-domain";
  if (site.protocol === "http:" && login.protocol === "https:") return "cookie-secure";
  if (parentOf(login.hostname) !== parentOf(site.hostname)) return "cookie-domain";
  return visit.headers.get("sec-fetch-site") === "cross-site"
    ? "cookie-same-site"
    : "cookie-domain";
}

/** A guess at the domain that can be registered: good enough for a hint. */
function parentOf(hostName: string): string {
  return hostName.split(".").slice(-2).join(".");
}
