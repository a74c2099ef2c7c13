import { type Markup, markup } from "./markup.ts";
import { type DemoPage, type DemoPlan, type DemoSite, loginUrl, otherSite } from "./plan.ts";
import { ticketSection } from "./ticket-section.ts";
import { trySection } from "./try-section.ts";
import type { Place, SeenVisitor } from "./visitor.ts";

/** A page of a site: who the visitor is, what they may do, and what there is to try. */
export function sitePage(plan: DemoPlan, place: Place, visitor: SeenVisitor): Markup {
  const { site, page } = place;
  const { uid } = visitor.ticket;
  const content = markup`<h1>${page.path === "/" ? `Welcome, ${uid}` : page.title}</h1>
<p class="lead">${page.text}</p>
<div class="columns">
${ticketSection(visitor)}
${rightsSection(place, visitor)}
</div>
${trySection(plan, place, visitor)}`;
  return frame(plan, { site, visitor, title: page.title, path: page.path, content });
}

/** For an address that the site has no page for. */
export function missingPage(plan: DemoPlan, site: DemoSite, visitor: SeenVisitor): Markup {
  const content = markup`<h1>There is no such page</h1>
<p class="lead"><a href="/">Go to the start of this site</a></p>`;
  return frame(plan, { site, visitor, title: "No such page", path: undefined, content });
}

interface Framed {
  readonly site: DemoSite;
  readonly visitor: SeenVisitor;
  readonly title: string;
  readonly path: string | undefined;
  readonly content: Markup;
}

function frame(plan: DemoPlan, { site, visitor, title, path, content }: Framed): Markup {
  const other = otherSite(plan, site);
  const host = new URL(site.origin).host;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${site.title}</title>
<link rel="icon" type="image/svg+xml" href="/assets/${site.name}.svg">
<link rel="stylesheet" href="/assets/site.css">
<script type="module" src="/assets/ticket.js"></script>
</head>
<body class="${site.name}">
<a class="skip" href="#content">Skip to the content</a>
<header>
<div class="bar">
<a class="brand" href="/"><img src="/assets/${site.name}.svg" alt="" width="32" height="32"> ${site.title}</a>
<p class="visitor"><span class="name">${visitor.ticket.uid}</span> <a href="${loginUrl(plan, "/logout")}">Sign out</a></p>
</div>
<nav class="bar" aria-label="Pages">
${site.pages.map((page) => navigationLink(page, path))}
<a class="other" href="${other.origin}/">${other.title} <span aria-hidden="true">→</span></a>
</nav>
</header>
<main id="content">
${content}
</main>
<footer>
<p>This is <strong>${host}</strong>, a plain Node server behind Countersign’s middleware. It has never
seen your password: it knows you by the signed ticket that your browser carries.</p>
</footer>
</body>
</html>
`;
}

function navigationLink({ path, title }: DemoPage, current: string | undefined): Markup {
  const mark = path === current ? markup` aria-current="page"` : undefined;
  return markup`<a href="${path}"${mark}>${title}</a>
`;
}

function rightsSection({ site, page: current }: Place, { ticket }: SeenVisitor): Markup {
  const rows = site.pages.map(({ path, title, needs }) => {
    const isAllowed = needs === undefined || ticket.tokens.includes(needs);
    const name = path === current.path ? title : markup`<a href="${path}">${title}</a>`;
    return markup`<tr>
<th scope="row">${name}</th>
<td>${needs === undefined ? "any ticket" : markup`<code>${needs}</code>`}</td>
<td><span class="${isAllowed ? "yes" : "no"}">${isAllowed ? "yes" : "no"}</span></td>
</tr>
`;
  });
  return markup`<section aria-labelledby="rights">
<h2 id="rights">What you may do here</h2>
<table>
<thead><tr><th scope="col">Page</th><th scope="col">It asks for</th><th scope="col">You may</th></tr></thead>
<tbody>
${rows}</tbody>
</table>
</section>`;
}
