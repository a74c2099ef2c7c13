import { type Markup, markup } from "./markup.ts";
import { type DemoPlan, loginUrl, otherSite, users } from "./plan.ts";
import type { Place, SeenVisitor } from "./visitor.ts";

/** Links that show each thing that can happen to a visitor. */
export function trySection(plan: DemoPlan, { site, page }: Place, visitor: SeenVisitor): Markup {
  const back = site.origin + page.path;
  const other = otherSite(plan, site);
  return markup`<section aria-labelledby="try">
<h2 id="try">Try it</h2>
<ul class="cards">
${card({
  to: `${other.origin}/`,
  label: `Open the ${other.name}`,
  text: "Another site, on another port. It lets you in without asking again.",
})}
${card({
  to: "/admin",
  label: "Open the page for administrators",
  text: "It asks for a right that nobody has at first.",
})}
${card({
  to: loginUrl(plan, "/refresh", { back }),
  label: "Renew the ticket now",
  text: "The login server signs a new one, with your rights of now, and asks for no password.",
})}
${card(runOutCard(plan, back, visitor))}
${card({
  to: loginUrl(plan, "/whoami"),
  label: "Visit the login server",
  text: "The only server that ever sees your password.",
})}
${card({
  to: loginUrl(plan, "/logout"),
  label: "Sign out",
  text: "Then both sites ask who you are.",
})}
</ul>
</section>`;
}

/** How to see a ticket run out: as the user whose tickets are short. */
function runOutCard(plan: DemoPlan, back: string, { ticket }: SeenVisitor): Card {
  const [, { name }] = users;
  if (ticket.uid === name) {
    return {
      to: back,
      label: "Open this page again",
      text: "In the second half of the minute the ticket is renewed on the way. After the minute you are asked to sign in again.",
    };
  }
  return {
    to: loginUrl(plan, "/login", { reason: "switch", back }),
    label: `Sign in as ${name}`,
    text: `Tickets of ${name} last a minute, so you can watch one being renewed or running out.`,
  };
}

interface Card {
  readonly to: string;
  readonly label: string;
  readonly text: string;
}

function card({ to, label, text }: Card): Markup {
  return markup`<li><a href="${to}">${label}</a><p>${text}</p></li>`;
}
