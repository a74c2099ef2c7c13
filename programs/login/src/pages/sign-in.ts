import { type Html, html } from "../html.ts";
import { type Login, pathWith } from "../login.ts";
import type { ReturnAddress } from "../return-address.ts";
import { maxUserNameBytes } from "../user-name.ts";
import { layout, notice } from "./layout.ts";

/** What the sign-in page shows. */
export interface SignInPage {
  readonly back: ReturnAddress;
  readonly formToken: string;
  /** Why the visitor is here, when it is not for the first time. */
  readonly reason?: string | undefined;
  /** What went wrong with the last attempt. */
  readonly alert?: string | undefined;
  /** What was typed in before, so that it need not be typed again. */
  readonly username?: string | undefined;
  /** Whether the page goes on by itself when the visitor signs in in another tab. */
  readonly followsOtherTabs: boolean;
}

/** The form for name and password. */
export function signInPage(login: Login, page: SignInPage): Html {
  const { back, alert, reason, username } = page;
  const target = back.kind === "accepted" ? back.url : undefined;
  const invalid = alert && html` aria-invalid="true" aria-describedby="alert"`;
  const next = page.followsOtherTabs
    ? html` data-when-signed-in="${pathWith("/continue", back)}"`
    : undefined;
  const content = html`<h1>Sign in</h1>
${target && html`<p class="lead">to go on to <strong>${target.host}</strong></p>`}
${reason && notice("status", reason)}
<div id="alert">${alert && notice("alert", alert)}</div>
<form method="post" action="/login"${next}>
<input type="hidden" name="token" value="${page.formToken}">
${target && html`<input type="hidden" name="back" value="${target.href}">`}
<div class="field">
<label for="username">Name</label>
<input id="username" name="username" type="text" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required maxlength="${maxUserNameBytes}" value="${username}"${invalid}${username ? undefined : html` autofocus`}>
</div>
<div class="field">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"${invalid}${username ? html` autofocus` : undefined}>
</div>
<button class="button primary" type="submit">Sign in</button>
</form>`;
  // Screen readers say the title first.
  return layout(login, { title: alert === undefined ? "Sign in" : "Not signed in", content });
}
