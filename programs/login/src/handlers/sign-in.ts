import type { Refusal } from "@countersign/ticket";
import { answerPage } from "../answers.ts";
import { type Login, occasionOf, pathWith, returnAddressOf, ticketOf } from "../login.ts";
import { sendOn } from "../onward.ts";
import { type SignInPage, signInPage } from "../pages/sign-in.ts";
import { forbiddenPage, stillSignedInPage } from "../pages/signed-in.ts";
import { answerProblem, answerRefusedReturn } from "../problem-answer.ts";
import { beginSignIn } from "../sign-in.ts";
import { cookiesOf, only, type Visit } from "../visit.ts";

/** Why a site sent someone here, as the `reason` argument of the address says it. */
type Reason =
  | "expired"
  | "expired-post"
  | "not-renewed"
  | "old-sign-in"
  | "address"
  | "forbidden"
  | "switch";

const reasonTexts: Record<Reason, string | undefined> = {
  expired: "Your sign-in has timed out. Please sign in again.",
  "expired-post":
    "Your sign-in has timed out, and what you just sent was not saved. Please sign in again, then send it once more.",
  "not-renewed": "Your sign-in can no longer be renewed. Please sign in again.",
  "old-sign-in": "This page asks for a fresh sign-in. Please sign in again.",
  address: "Your network address has changed since you signed in. Please sign in again.",
  forbidden: undefined,
  switch: undefined,
};

/** With these a good ticket is not good enough. */
const asksAnew: readonly (Reason | undefined)[] = ["switch", "not-renewed", "old-sign-in"];

/** What a ticket that is no longer accepted tells about why its holder is here. */
const reasonOfRefusal: Partial<Record<Refusal, Reason>> = {
  expired: "expired",
  "wrong-address": "address",
};

/** GET /login. With a valid ticket it never redirects, so that no site can make a loop of it. */
export function showSignIn(visit: Visit, login: Login): Response {
  const back = returnAddressOf(visit, login);
  if (back.kind === "refused") return answerRefusedReturn(login, back);
  const verification = ticketOf(visit, login);
  const reason = reasonOf(visit.url.searchParams);
  if (verification?.ok && reason === "forbidden") {
    return answerPage(403, forbiddenPage(login, verification.ticket, back));
  }
  if (verification?.ok && !asksAnew.includes(reason)) {
    const why = reason === "address" ? otherAddressSeen(visit) : undefined;
    return answerPage(200, stillSignedInPage(login, verification.ticket, back, why));
  }
  const because = reason ?? (verification?.ok === false && reasonOfRefusal[verification.refusal]);
  return answerSignIn(200, visit, login, {
    back,
    reason: because ? reasonTexts[because] : undefined,
    followsOtherTabs: !verification?.ok,
  });
}

/** POST /login. The form has come from one of our pages, and the attempt is within the limits. */
export async function signIn(visit: Visit, login: Login): Promise<Response> {
  const back = returnAddressOf(visit, login);
  if (back.kind === "refused") return answerRefusedReturn(login, back);
  const username = only(visit.form, "username");
  const password = only(visit.form, "password");
  if (username === undefined || password === undefined) return answerProblem(login, "bad-request");

  const { clientAddress } = visit;
  const answer = await login.backend.authenticate({ username, password }).catch(async (error) => {
    // Without an answer nothing was found out about the password.
    await login.throttle.takeBack({ username, clientAddress });
    throw error;
  });
  if (answer.kind === "refused") {
    const { refusal: reason, knownName: user } = answer;
    login.audit({ event: "sign-in-refused", user, address: clientAddress, reason });
    return answerSignIn(403, visit, login, {
      back,
      username,
      followsOtherTabs: true,
      // One message for every refusal: a visitor must not learn which user names exist.
      alert: "That name and password do not match.",
    });
  }

  const { person } = answer;
  const signIn = beginSignIn(login.now());
  const ticket = login.tickets.issue(person, signIn, occasionOf(visit, login));
  await login.throttle.succeeded({ username, clientAddress });
  const { id: signInId } = signIn;
  login.audit({ event: "sign-in", user: person.name, address: clientAddress, signInId });
  // By way of a page: browsers hold a form's redirects to form-action, which names no other site,
  // and that page sees whether the cookie was kept.
  return sendOn(login, pathWith("/continue", back), {
    cookies: [ticket, login.formTokens.clearCookie],
  });
}

function answerSignIn(
  status: number,
  visit: Visit,
  login: Login,
  page: Omit<SignInPage, "formToken">,
): Response {
  const { token, setCookie } = login.formTokens.issue(cookiesOf(visit));
  const shown = signInPage(login, { ...page, formToken: token });
  return answerPage(status, shown, { cookies: [setCookie] });
}

/** mod_auth_pubtkt adds `ip=` when the address was wrong; our own gateway is given a `reason`. */
function reasonOf(query: URLSearchParams): Reason | undefined {
  const reason = only(query, "reason");
  if (reason !== undefined && isReason(reason)) return reason;
  return query.has("ip") ? "address" : undefined;
}

function isReason(word: string): word is Reason {
  return Object.hasOwn(reasonTexts, word);
}

function otherAddressSeen({ clientAddress = "another one" }: Visit): string {
  return `The site sees you at another network address than this server does (${clientAddress}), so it does not accept your sign-in. This happens with some VPNs and mobile networks.`;
}
