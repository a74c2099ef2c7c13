import { answerPage, redirect } from "../answers.ts";
import { type Login, returnAddressOf, ticketOf } from "../login.ts";
import { cookieLostPage } from "../pages/refusals.ts";
import { continuePage } from "../pages/signed-in.ts";
import { answerRefusedReturn } from "../problem-answer.ts";
import type { Visit } from "../visit.ts";

/** GET /continue: where signing in leads, once it is certain that the browser kept the cookie. */
export function continueToSite(visit: Visit, login: Login): Response {
  const back = returnAddressOf(visit, login);
  if (back.kind === "refused") return answerRefusedReturn(login, back);
  const verification = ticketOf(visit, login);
  if (!verification?.ok) return answerPage(400, cookieLostPage(login, back));
  if (back.kind === "none") return redirect("/whoami");
  return answerPage(200, continuePage(login, verification.ticket, back.url));
}
