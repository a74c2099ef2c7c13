import type { EpochSeconds } from "@countersign/ticket";
import type { Allow } from "./decision/decision.ts";
import type { Visit } from "./visit/visit.ts";

/** What the login server is asked, so that it gives a visitor a new ticket. */
export interface RenewalQuestion {
  readonly url: string;
  /** The Cookie header: the visitor's tickets and nothing else. */
  readonly cookies: string;
  /** For X-Forwarded-For: a login server that trusts us issues the ticket to this address. */
  readonly clientAddress: string;
}

/**
 * Sends the question as a GET, and gives the values of the answer's `Set-Cookie` fields, whatever
 * its status. Follows no redirect, reads no body, and rejects when there is no answer in three
 * seconds: a visitor waits for it.
 */
export type AskForRenewal = (question: RenewalQuestion) => Promise<readonly string[]>;

/** Renews tickets without a redirect, while their holders' requests are answered. */
export interface Renewer {
  /**
   * The value of the `Set-Cookie` that goes along with the answer to this visit. `undefined`: the
   * ticket is not due, or there is no new one, and the visitor passes with the old one. Never rejects.
   */
  renew(allow: Allow, visit: Visit, now: EpochSeconds): Promise<string | undefined>;
}

/** For so long requests with the old ticket share one answer, be it a failure. */
const sharedSeconds = 15;
/** A visitor with a ticket pays for each with a wait of at most three seconds. */
const maxAsking = 64;
const maxAnswers = 10_000;
const maxSetCookieLength = 4096;

interface Asked {
  readonly until: EpochSeconds;
  readonly setCookies: Promise<readonly string[]>;
}

/**
 * Creates a renewer. Requests that come at once with the same ticket, and those that a browser had
 * under way before it knew the new one, ask once. A login server that fails is left alone for a while.
 */
export function createRenewer(ask: AskForRenewal): Renewer {
  // In the order of their ends.
  const answers = new Map<string, Asked>();
  const failing = new Map<string, EpochSeconds>();
  let asking = 0;

  async function askNow(question: RenewalQuestion, until: EpochSeconds) {
    asking += 1;
    try {
      return await ask(question);
    } catch {
      failing.set(question.url, until);
      return [];
    } finally {
      asking -= 1;
    }
  }

  function askOnce(question: RenewalQuestion, now: EpochSeconds): Asked["setCookies"] {
    for (const [key, { until }] of answers) {
      // One that ends later than any asked now was made before the clock went back.
      if (until >= now && until <= now + sharedSeconds) break;
      answers.delete(key);
    }
    // All that the answer depends on.
    const key = [question.url, question.clientAddress, question.cookies].join("\n");
    const known = answers.get(key);
    if (known !== undefined) return known.setCookies;
    const failingUntil = failing.get(question.url) ?? now;
    const isFailing = failingUntil > now && failingUntil <= now + sharedSeconds;
    if (isFailing || asking === maxAsking || answers.size === maxAnswers) return nothing;
    const until = now + sharedSeconds;
    const setCookies = askNow(question, until);
    answers.set(key, { until, setCookies });
    return setCookies;
  }

  return {
    async renew(allow, visit, now) {
      if (allow.renewal === undefined) return undefined;
      const { clientAddress } = visit;
      const setCookies = await askOnce({ ...allow.renewal, clientAddress }, now);
      return setCookies.find((value) => isRenewed(value, allow, visit, now));
    },
  };
}

const nothing: Asked["setCookies"] = Promise.resolve([]);

/** Whether it sets the ticket's cookie to one that its holder can come back with. */
function isRenewed(setCookie: string, allow: Allow, visit: Visit, now: EpochSeconds): boolean {
  // It becomes a header line; CR and LF would make it two.
  if (setCookie.length > maxSetCookieLength || !/^[ -~]*$/.test(setCookie)) return false;
  const { verifier, cookieName, hostName } = allow.policy;
  // RFC 6265 §4.1.1: it starts with a cookie-pair, as a Cookie header does.
  const [pair = ""] = setCookie.split(";", 1);
  const verification = verifier.verifyCookies(pair, cookieName, {
    now,
    clientAddress: visit.clientAddress,
    host: hostName,
    confirmedKey: undefined,
  });
  return verification?.ok === true && verification.ticket.uid === allow.ticket?.uid;
}
