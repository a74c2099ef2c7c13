import { answerJson, answerPage, redirect } from "../answers.ts";
import { type Login, ticketOf } from "../login.ts";
import { whoamiPage } from "../pages/signed-in.ts";
import type { Visit } from "../visit.ts";

/** GET /whoami: JSON for programs, a page for browsers. "Nobody" is an answer too. */
export function whoami(visit: Visit, login: Login): Response {
  const verification = ticketOf(visit, login);
  const headers = { vary: "Accept, Cookie" };
  if (wantsPage(visit)) {
    if (!verification?.ok) return redirect("/login", { headers });
    return answerPage(200, whoamiPage(login, verification.ticket), { headers });
  }
  if (!verification?.ok) return answerJson(200, { signedIn: false }, { headers });
  const { uid: user, tokens, validUntil, signInId } = verification.ticket;
  const { inGrace } = verification;
  return answerJson(
    200,
    { signedIn: true, user, tokens, validUntil, inGrace, signInId },
    { headers },
  );
}

/** GET /: the page that fits. */
export function start(visit: Visit, login: Login): Response {
  return redirect(ticketOf(visit, login)?.ok ? "/whoami" : "/login");
}

function wantsPage({ headers }: Visit): boolean {
  return headers.get("accept")?.includes("text/html") ?? false;
}
