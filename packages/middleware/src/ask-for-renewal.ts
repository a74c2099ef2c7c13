import type { AskForRenewal } from "@countersign/gateway";

/** A visitor waits for it. */
const answersWithinMilliseconds = 3_000;

/** Asks the login server for a new ticket. */
export const askForRenewal: AskForRenewal = async ({ url, cookies, clientAddress }) => {
  const answer = await fetch(url, {
    // It sends browsers back to where they came from, with the new ticket.
    redirect: "manual",
    headers: { cookie: cookies, "x-forwarded-for": clientAddress },
    signal: AbortSignal.timeout(answersWithinMilliseconds),
  });
  await answer.body?.cancel();
  return answer.headers.getSetCookie();
};
