import type { Visit } from "../visit/visit.ts";
import { corsHeaders, problemAnswer, unstored } from "./answer.ts";
import type { Refused } from "./decision.ts";
import type { Facts } from "./facts.ts";

/** Whether a browser asks, for a script of another site, what that script may ask (Fetch §4.8). */
export function isPreflight({ method, headers }: Visit): boolean {
  return (
    method === "OPTIONS" &&
    Boolean(headers.get("origin")) &&
    Boolean(headers.get("access-control-request-method"))
  );
}

/** Whether the application answers it: of every origin, or of those that the policy names. */
export function passesPreflight({ visit, policy }: Facts): boolean {
  if (policy.preflight !== "pass") return false;
  const origin = visit.headers.get("origin") ?? "";
  return policy.corsOrigins.length === 0 || policy.corsOrigins.includes(origin);
}

/** Lets scripts of the allowed origins ask whatever they want: the request itself needs a ticket. */
export function answerPreflight({ visit, policy }: Facts): Refused {
  const allowed = corsHeaders(visit, policy.corsOrigins);
  if (allowed.length === 0) {
    const answer = problemAnswer({ status: 403, title: "Forbidden", reason: "other-origin" });
    return { kind: "preflight", reason: "other-origin", answer };
  }
  const headers = [
    ...allowed,
    ["Access-Control-Allow-Methods", askedFor(visit, "access-control-request-method")],
    ["Access-Control-Allow-Headers", askedFor(visit, "access-control-request-headers")],
    ...unstored,
  ] as const;
  const answer = { status: 204, headers: headers.filter(([, value]) => value !== ""), body: "" };
  return { kind: "preflight", reason: "allowed-origin", answer };
}

/** What is no list of tokens is not repeated. */
function askedFor(visit: Visit, name: string): string {
  const asked = visit.headers.get(name) ?? "";
  return /^[!#$%&'*+.^_`|~0-9A-Za-z, -]{1,1024}$/.test(asked) ? asked : "";
}
