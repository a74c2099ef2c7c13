import type { VerifiedTicket } from "@countersign/ticket";
import { type Html, html } from "../html.ts";
import type { Login } from "../login.ts";
import { layout, linkButton } from "./layout.ts";

/** Asks first: a link on another site must not sign anyone out. */
export function confirmSignOutPage(login: Login, ticket: VerifiedTicket, formToken: string): Html {
  const content = html`<h1>Sign out?</h1>
<p class="lead">You are signed in as <strong>${ticket.uid}</strong>.</p>
<form method="post" action="/logout">
<input type="hidden" name="token" value="${formToken}">
<button class="button primary" type="submit">Sign out</button>
${linkButton("quiet", "/whoami", "Stay signed in")}
</form>`;
  return layout(login, { title: "Sign out", content });
}

/** After signing out, or without a ticket anyway. */
export function signedOutPage(login: Login): Html {
  const content = html`<h1>You are signed out</h1>
<p>The sites will ask you to sign in again. Close pages that still show something private.</p>
${linkButton("primary", "/login", "Sign in again")}`;
  return layout(login, { title: "Signed out", content, announce: "signed-out" });
}
