import type { VerifiedTicket } from "@countersign/ticket";
import { type Html, html } from "../html.ts";
import { type Login, pathWith } from "../login.ts";
import type { ReturnAddress } from "../return-address.ts";
import { layout, linkButton, notice } from "./layout.ts";

/** Who the visitor is, what they may do and until when. */
export function whoamiPage(login: Login, ticket: VerifiedTicket): Html {
  const content = html`<h1>You are signed in</h1>
<dl>
<dt>Name</dt><dd>${ticket.uid}</dd>
<dt>Rights</dt><dd>${tokenList(ticket)}</dd>
<dt>Valid until</dt><dd>${time(ticket.validUntil)}</dd>
</dl>
${linkButton("quiet", "/logout", "Sign out")}`;
  return layout(login, { title: `Signed in as ${ticket.uid}`, content, announce: "signed-in" });
}

/**
 * For someone who has a ticket and was sent here all the same. It goes nowhere by itself: the
 * site may just have sent them here, and would do so again.
 */
export function stillSignedInPage(
  login: Login,
  ticket: VerifiedTicket,
  back: ReturnAddress,
  reason?: string,
): Html {
  const target = back.kind === "accepted" ? back.url : undefined;
  const content = html`<h1>You are signed in</h1>
<p class="lead">as <strong>${ticket.uid}</strong></p>
${reason && notice("status", reason)}
${target && linkButton("primary", target.href, `Go on to ${target.host}`)}
${linkButton("quiet", pathWith("/login", back, { reason: "switch" }), "Sign in as someone else")}
${
  target &&
  html`<p class="hint">If ${target.host} sends you back here, it does not accept your sign-in: you
may lack a right for that page, or the site may be set up wrongly. Its administrator can tell.</p>`
}`;
  return layout(login, { title: `Signed in as ${ticket.uid}`, content, announce: "signed-in" });
}

/** For someone whose ticket has none of the tokens that the page asks for. */
export function forbiddenPage(login: Login, ticket: VerifiedTicket, back: ReturnAddress): Html {
  const target = back.kind === "accepted" ? back.url : undefined;
  const content = html`<h1>You lack the right for this page</h1>
${
  target &&
  html`<p class="lead"><strong>${target.host}</strong><br><code>${target.pathname}</code></p>`
}
<p>You are signed in as <strong>${ticket.uid}</strong>, but this page asks for a right that you do
not have. Signing in again does not change that. The site's administrator can give you the right;
it then counts once your sign-in is renewed, or at once if you sign out and in again.</p>
<dl><dt>Your rights</dt><dd>${tokenList(ticket)}</dd></dl>
${target && linkButton("primary", target.origin, `Go to the start of ${target.host}`)}
${linkButton("quiet", pathWith("/login", back, { reason: "switch" }), "Sign in as someone else")}`;
  return layout(login, { title: "No right for this page", content });
}

/** Right after signing in, on the way back. A page, so that the form's rules end here. */
export function continuePage(login: Login, ticket: VerifiedTicket, target: URL): Html {
  const content = html`<h1>Welcome, ${ticket.uid}</h1>
<p class="lead" role="status">Going on to <strong>${target.host}</strong> …</p>
${linkButton("primary", target.href, `Go on to ${target.host}`)}`;
  return layout(login, {
    title: `Signed in as ${ticket.uid}`,
    content,
    announce: "signed-in",
    goOnTo: target,
  });
}

function tokenList({ tokens }: VerifiedTicket): Html {
  if (tokens.length === 0) return html`<span class="none">none in particular</span>`;
  return html`<ul class="tokens">${tokens.map((token) => html`<li>${token}</li>`)}</ul>`;
}

/** In UTC; the script shows it in the visitor's own time. */
function time(seconds: number): Html {
  const iso = new Date(seconds * 1000).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}
