import { styled, type Terminal } from "../terminal.ts";
import { type DemoPlan, users } from "./plan.ts";
import { files } from "./settings-texts.ts";
import type { DemoState } from "./state.ts";

/** What the demo says once everything answers. */
export function announcement(terminal: Terminal, plan: DemoPlan, state: DemoState): string {
  const { folder, login, gateway, sites } = plan;
  const [wiki, shop] = sites;
  const [ada, hasty] = users;
  const bold = (text: string) => styled(terminal, "bold", text);
  const row = (label: string, text: string) => `  ${bold(label.padEnd(10))}${text}`;
  const command = `node bin/countersign.js users tokens ${ada.name} staff,editors,admin`;
  return `
  ${bold("Countersign")}  Sign in once, and every site lets you in.

${row("Sites", `${styled(terminal, "green", wiki.origin)}   a wiki`)}
${row("", `${styled(terminal, "green", shop.origin)}   a shop`)}
${row("User", `${bold(ada.name)}     ${ada.remark}`)}
${row("", `${bold(hasty.name)}   ${hasty.remark}`)}
${row("Password", `${styled(terminal, "yellow", state.password)}   of both`)}
${row("Login", login.origin)}
${row("Gateway", gateway.origin)}
${row("State", `${folder}/ (${state.isNew ? "new" : "as you left it"}; remove it to begin anew)`)}

  ${bold("Try")}
  1. Open the wiki, sign in as ${ada.name}, then open the shop: it does not ask again.
  2. Open "Administer": ${ada.name} may not. Give her the right from another terminal:
     ${command} \\
       --config ${folder}/${files.login}
     then choose "Renew the ticket now" on a site.
  3. Sign in as ${hasty.name} and watch a ticket being renewed, or running out.
  4. Ask the gateway what a web server asks it about a visitor:
${curlLines(gateway.origin, wiki.origin)}

  Ctrl-C stops everything. What happens meanwhile:
`;
}

/** A question about a page and a visitor without a ticket: the answer is the way to the login server. */
function curlLines(gateway: string, site: string): string {
  const { host } = new URL(site);
  return `     curl -i ${gateway}/check -H 'Accept: text/html' \\
       -H 'X-Countersign-Method: GET' -H 'X-Countersign-Scheme: http' \\
       -H 'X-Countersign-Host: ${host}' \\
       -H 'X-Countersign-Uri: /' -H 'X-Countersign-Client-Address: 127.0.0.1'`;
}
