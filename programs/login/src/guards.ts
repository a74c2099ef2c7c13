import { type Html, html } from "./html.ts";
import { type Login, pathWith, returnAddressOf } from "./login.ts";
import { linkButton, notice } from "./pages/layout.ts";
import { answerProblem } from "./problem-answer.ts";
import { cookiesOf, only, type Visit } from "./visit.ts";

/** Stands before a handler: answers itself, or lets the visit through with `undefined`. */
export type Guard = (visit: Visit, login: Login) => Promise<Response | undefined>;

/** Lets forms pass that one of our own pages sent, from the browser it was shown in. */
export const fromOurForm: Guard = async (visit, login) => {
  const { headers, form } = visit;
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  // Browsers that know neither header still have to bring the cookie and the token of one browser.
  const isForeign =
    (site !== null && site !== "same-origin") || (origin !== null && origin !== login.publicUrl);
  if (!isForeign && login.formTokens.accepts(cookiesOf(visit), only(form, "token")))
    return undefined;
  const reason = isForeign ? "foreign-origin" : "bad-token";
  login.audit({ event: "forged-form", address: visit.clientAddress, reason });
  return answerProblem(login, "forged-form", {}, startAgain(visit, login));
};

/** Counts an attempt to sign in, and ends it here if there were too many. */
export const withinLimits: Guard = async (visit, login) => {
  const { clientAddress } = visit;
  const username = only(visit.form, "username") ?? "";
  const admission = await login.throttle.admit({ username, clientAddress });
  if (admission.kind === "admitted") return undefined;
  const { limit, retryAfterSeconds } = admission;
  login.audit({ event: "sign-in-throttled", address: clientAddress, reason: limit });
  return answerProblem(
    login,
    "too-many-attempts",
    { "retry-after": String(retryAfterSeconds) },
    html`${notice("alert", `Please try again in ${inWords(retryAfterSeconds)}.`)}
${startAgain(visit, login)}`,
  );
};

/** The same page anew; nothing that was typed in goes along but an accepted return address. */
function startAgain(visit: Visit, login: Login): Html {
  const path = visit.url.pathname === "/logout" ? "/logout" : "/login";
  return linkButton("primary", pathWith(path, returnAddressOf(visit, login)), "Start again");
}

function inWords(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}
