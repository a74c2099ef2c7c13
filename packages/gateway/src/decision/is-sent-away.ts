import { wantsPage } from "../visit/wants-page.ts";
import type { Facts } from "./facts.ts";

/** Whether this visitor, if refused, gets a redirect; others are told why. */
export function isSentAway({ policy, visit }: Pick<Facts, "policy" | "visit">): boolean {
  if (policy.answerWith === "auto") return wantsPage(visit.headers);
  return policy.answerWith === "redirects";
}
