import type { AskForRenewal } from "@countersign/gateway";
import type { World } from "./world.ts";

/** A visitor waits for it. */
const answersWithinMs = 3_000;

/** Asks login servers for new tickets, and writes down which one does not answer. */
export function createAskForRenewal({ log }: Pick<World, "log">): AskForRenewal {
  return async ({ url, cookies, clientAddress }) => {
    try {
      const answer = await fetch(url, {
        // It sends browsers back to where they came from, with the new ticket.
        redirect: "manual",
        headers: { cookie: cookies, "x-forwarded-for": clientAddress },
        signal: AbortSignal.timeout(answersWithinMs),
      });
      await answer.body?.cancel();
      return answer.headers.getSetCookie();
    } catch (error) {
      log.warn(
        { origin: new URL(url).origin, err: error },
        "the login server does not renew tickets",
      );
      throw error;
    }
  };
}
