import type { EpochSeconds } from "@countersign/ticket";
import { type Markup, markup } from "./markup.ts";
import type { SeenVisitor } from "./visitor.ts";

/** What the ticket says, and how much of its time is left. */
export function ticketSection({ ticket, renewed, now }: SeenVisitor): Markup {
  const { uid, tokens, issuedAt = now, validUntil, graceAfter = validUntil, signInId } = ticket;
  const left = validUntil - now;
  return markup`<section aria-labelledby="ticket">
<h2 id="ticket">Your ticket</h2>
<dl>
<dt>Name</dt><dd>${uid}</dd>
<dt>Rights</dt><dd>${tokenList(tokens)}</dd>
<dt>Issued</dt><dd>${time(issuedAt)}</dd>
<dt>Renewed</dt><dd>${renewed === 1 ? "once" : `${renewed} times`}</dd>
<dt>Due for renewal</dt><dd>${time(graceAfter)}</dd>
<dt>Valid until</dt><dd>${time(validUntil)}</dd>
<dt>Sign-in</dt><dd><code>${signInId}</code></dd>
</dl>
<div class="life" data-now="${now}" data-grace-after="${graceAfter}" data-valid-until="${validUntil}">
<meter aria-labelledby="left" min="0" max="${validUntil - issuedAt}" low="${validUntil - graceAfter}" optimum="${validUntil - issuedAt}" value="${left}"></meter>
<p id="left">${leftInWords(left)} left when this page was made</p>
</div>
</section>`;
}

function tokenList(tokens: readonly string[]): Markup {
  if (tokens.length === 0) return markup`none in particular`;
  return markup`<ul class="tokens">${tokens.map((token) => markup`<li>${token}</li>`)}</ul>`;
}

/** In UTC; the script shows it in the visitor's own time. */
function time(seconds: EpochSeconds): Markup {
  const iso = new Date(seconds * 1000).toISOString();
  return markup`<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}

function leftInWords(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
