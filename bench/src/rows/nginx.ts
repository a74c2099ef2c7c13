import type { Owner } from "@countersign/testing/kit/cleanup.ts";
import { startApache, startNginx } from "@countersign/testing/kit/web-servers.ts";
import { startBareHttp } from "../servers/bare.ts";
import { inScope } from "../servers/scope.ts";
import { type BenchPlan, type BenchSite, startSite } from "../servers/sites.ts";
import type { Row } from "../table.ts";
import { type Visitors, visitorsWith } from "../visitors.ts";
import { type Side, sideBySide } from "./side-by-side.ts";

const tickets = 2048;

/** What gatewayd answers to the visitors of the bench, without what node:http adds. */
const answered = [
  ...["Remote-User", "user1000", "Remote-User-Tokens", "staff,editors"],
  ...["Remote-User-Data", "Ada Lovelace", "Auth-Type", "mod_auth_pubtkt"],
  ...["Cache-Control", "no-store"],
];

/** nginx with gatewayd against nginx with a server that decides nothing, and against Apache with the C module. */
export function nginxRows(): Promise<Row[]> {
  return inScope(async (owner) => {
    const visitors = visitorsWith("rsa");
    const { publicKey } = visitors;
    const plain = await nginxSite(owner, { example: "nginx", publicKey });
    const bare = await nginxSite(owner, {
      example: "nginx",
      publicKey,
      startAuthorizer: (owner, folder) => startBareHttp(owner, folder, answered),
    });
    const cModule = await startSite(owner, {
      example: "apache-pubtkt",
      publicKey,
      startServer: startApache,
    });
    const cached = await nginxSite(owner, {
      example: ["nginx", "nginx-cached"],
      publicKey,
      change: {
        file: "gateway.yaml",
        by: (text) => text.replace(/cacheSeconds: 5/, "cacheSeconds: 60"),
      },
    });
    const empty = await nginxSite(owner, {
      example: "nginx",
      publicKey,
      startAuthorizer: async () => undefined,
      change: { file: "nginx.conf", by: withEmptyAuthorizer },
    });
    const sides = { plain, bare, cModule, cached, empty };
    const of = (site: BenchSite) => sideOf(site, visitors);
    return [
      {
        name: `nginx with gatewayd, ${tickets} tickets`,
        peer: "nginx with bare node:http that writes the same bytes",
        goal: 0.95,
        comparison: await sideBySide(of(sides.plain), of(sides.bare)),
      },
      {
        name: `nginx with gatewayd, ${tickets} tickets`,
        peer: "Apache with mod_auth_pubtkt",
        goal: 3,
        comparison: await sideBySide(of(sides.plain), of(sides.cModule)),
      },
      {
        name: `nginx that keeps gatewayd's answers, ${tickets} tickets`,
        peer: "nginx with auth_request to a `return 204` of its own, proxied",
        goal: 1.3,
        comparison: await sideBySide(of(sides.cached), of(sides.empty)),
      },
    ];
  });
}

function nginxSite(owner: Owner, plan: Omit<BenchPlan, "startServer">): Promise<BenchSite> {
  return startSite(owner, { ...plan, startServer: startNginx });
}

function sideOf({ port, host }: BenchSite, visitors: Visitors): Side {
  return { target: port, requests: visitors.asking(host, tickets), status: 200 };
}

/** nginx itself listens where gatewayd would. */
function withEmptyAuthorizer(text: string): string {
  const socket = /unix:(.*)\/application\.sock/.exec(text)?.[1];
  const server = `server { listen "unix:${socket}/gateway.sock"; location / { return 204; } }\n`;
  return text.replace(/(?=\n {4}# Any other name)/, `\n    ${server}`);
}
