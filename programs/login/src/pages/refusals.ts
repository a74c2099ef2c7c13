import { type Html, html } from "../html.ts";
import { type Login, pathWith } from "../login.ts";
import { type Problem, problems } from "../problem.ts";
import { type ReturnAddress, returnRefusalTexts } from "../return-address.ts";
import { layout, linkButton } from "./layout.ts";

/** Nobody is sent to an address that was refused, and it is not shown as a link. */
export function refusedReturnPage(
  login: Login,
  { refusal, origin }: Extract<ReturnAddress, { kind: "refused" }>,
): Html {
  const host = origin === undefined ? undefined : new URL(origin).host;
  const content = html`<h1>This link leads somewhere else</h1>
<p>${returnRefusalTexts[refusal]}${host && html` Its name is <code>${host}</code>.`}</p>
<p>If you followed a link in a message, be careful: such links are used to steal passwords. If a
site that you know sent you here, its administrator can add it to this server's list of sites.</p>
${linkButton("quiet", "/", "Go to the start page")}`;
  return layout(login, { title: "Refused link", content });
}

/** Signing in succeeded, but the browser did not bring the cookie back. */
export function cookieLostPage(login: Login, back: ReturnAddress): Html {
  const content = html`<h1>Your browser did not keep the sign-in</h1>
<p>Your name and password were right, but the cookie that says so has not come back. Without it
the sites would send you here again and again. The usual causes:</p>
<ul>
<li>Cookies are blocked for <strong>${new URL(login.publicUrl).host}</strong>.</li>
<li>The address in the address bar is not <strong>${login.publicUrl}</strong>.</li>
<li>The cookie's domain, or its need for HTTPS, is set up wrongly on this server.</li>
</ul>
${linkButton("primary", pathWith("/login", back), "Sign in again")}`;
  return layout(login, { title: "Sign-in not kept", content });
}

/** Any other problem, in plain words. */
export function problemPage(login: Login, problem: Problem, more?: Html): Html {
  const { title, text } = problems[problem];
  const content = html`<h1>${title}</h1>
<p>${text}</p>
${more}
${linkButton("quiet", "/", "Go to the start page")}`;
  return layout(login, { title, content });
}
