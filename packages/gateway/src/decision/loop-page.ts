import type { Answer } from "./answer.ts";
import type { Facts } from "./facts.ts";
import { ageOfTicket, loopCauseOf, loopTexts } from "./loop-cause.ts";
import { textPage } from "./page.ts";
import { type Reason, reasonTexts } from "./reason.ts";

/** Ends a circle of redirects with a page that says why and what to do. */
export function loopAnswer(reason: Reason, facts: Facts): Answer {
  const { visit, policy } = facts;
  const { cause, remedy } = loopTexts[loopCauseOf(reason, facts)];
  const known: Readonly<Record<string, string>> = {
    address: visit.clientAddress,
    seconds: `${ageOfTicket(facts)}`,
    requirement: reasonTexts[reason],
  };
  const filled = cause.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => known[name] ?? "");
  return textPage(
    403,
    "Signing in goes round in circles",
    [
      "You were sent to sign in several times in a row, and it did not help. So we stopped here.",
      filled,
      `For the administrator: ${remedy} (${reason})`,
    ],
    { href: policy.origin + visit.target, text: "Try again" },
  );
}
