import { type Html, html } from "../html.ts";
import type { Login } from "../login.ts";
import { layout, linkButton } from "./layout.ts";

/** A redirect in the form of a page. */
export function onwardPage(login: Login, to: `/${string}` | URL): Html {
  const address = typeof to === "string" ? to : to.href;
  const content = html`<h1>One moment</h1>
<p class="lead" role="status">Going on …</p>
${linkButton("primary", address, "Go on")}`;
  return layout(login, { title: "One moment", content, goOnTo: to });
}
