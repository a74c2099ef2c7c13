import { answerPage } from "./answers.ts";
import type { Html } from "./html.ts";
import type { Login } from "./login.ts";
import { problemPage, refusedReturnPage } from "./pages/refusals.ts";
import { type Problem, problems } from "./problem.ts";
import type { ReturnAddress } from "./return-address.ts";

/** The page of a problem, with its status. */
export function answerProblem(
  login: Login,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
  more?: Html,
): Response {
  return answerPage(problems[problem].status, problemPage(login, problem, more), { headers });
}

/** The page for a return address to which nobody is sent; the operator may have forgotten the site. */
export function answerRefusedReturn(
  login: Login,
  back: Extract<ReturnAddress, { kind: "refused" }>,
): Response {
  if (back.origin !== undefined) login.reportUnknownSite(back.origin);
  return answerPage(400, refusedReturnPage(login, back));
}
