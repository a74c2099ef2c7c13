import { answerPage, redirect } from "../answers.ts";
import { type Login, ticketOf } from "../login.ts";
import { confirmSignOutPage, signedOutPage } from "../pages/sign-out.ts";
import { cookiesOf, type Visit } from "../visit.ts";

/** GET /logout changes nothing; it asks, or tells that it is done. */
export function showSignOut(visit: Visit, login: Login): Response {
  const verification = ticketOf(visit, login);
  if (!verification?.ok) return answerPage(200, signedOutPage(login));
  const { token, setCookie } = login.formTokens.issue(cookiesOf(visit));
  const page = confirmSignOutPage(login, verification.ticket, token);
  return answerPage(200, page, { cookies: [setCookie] });
}

/** POST /logout. The form has come from one of our pages. */
export function signOut(visit: Visit, login: Login): Response {
  const verification = ticketOf(visit, login);
  if (verification?.ok) {
    const { uid: user, signInId } = verification.ticket;
    login.audit({ event: "sign-out", user, address: visit.clientAddress, signInId });
  }
  return redirect("/logout", {
    cookies: [login.tickets.clearCookie],
    // Going back must not show what was behind the sign-in; the cookies are ours to clear alone.
    headers: { "clear-site-data": '"cache", "storage"' },
  });
}
