import { assetPath } from "../assets.ts";
import { type Html, html } from "../html.ts";
import type { Login } from "../login.ts";

/** What goes into the frame of every page. */
export interface Layout {
  readonly title: string;
  readonly content: Html;
  /** Said once to the other tabs of this browser when the page opens. */
  readonly announce?: "signed-in" | "signed-out";
  /** Where the page goes on by itself: a path of ours or an accepted return address. */
  readonly goOnTo?: `/${string}` | URL | undefined;
}

/** A whole page. */
export function layout(
  { publicUrl, assets }: Pick<Login, "publicUrl" | "assets">,
  { title, content, announce, goOnTo }: Layout,
): Html {
  const host = new URL(publicUrl).host;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
${goOnTo && html`<meta http-equiv="refresh" content="0; url=${String(goOnTo)}">`}
<title>${title} · ${host}</title>
<link rel="icon" type="image/svg+xml" href="${assetPath(assets, "icon.svg")}">
<link rel="stylesheet" href="${assetPath(assets, "style.css")}">
<script type="module" src="${assetPath(assets, "tabs.js")}"></script>
</head>
<body data-announce="${announce}">
<header><a class="brand" href="/" aria-label="${host}, start page"><img src="${assetPath(assets, "icon.svg")}" alt="" width="28" height="28"><span>${host}</span></a></header>
<main>
${content}
</main>
</body>
</html>
`;
}

/** Something that the visitor has to know first; screen readers say an alert at once. */
export function notice(kind: "alert" | "status", text: string | Html): Html {
  return html`<p class="notice ${kind}" role="${kind}">${text}</p>`;
}

/** A link that looks like a button. */
export function linkButton(kind: "primary" | "quiet", to: string, label: string): Html {
  return html`<a class="button ${kind}" href="${to}">${label}</a>`;
}
