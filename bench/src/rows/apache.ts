import { startApache } from "@countersign/testing/kit/web-servers.ts";
import { startBareAuthorizer } from "../servers/bare.ts";
import { inScope } from "../servers/scope.ts";
import { startSite } from "../servers/sites.ts";
import type { Row } from "../table.ts";
import { visitorsWith } from "../visitors.ts";
import { loadOn, sideBySide, warmUp } from "./side-by-side.ts";

const withLua = ["apache-fcgi", "apache-lua"] as const;

/** Each of Apache's Lua states has a cache of its own, and gets to know the visitors by itself. */
const warmUpMilliseconds = 15_000;

/**
 * Apache with gatewayd against Apache with an authorizer that reads nothing, and each way to ask
 * gatewayd against the C module.
 */
export function apacheRows(): Promise<Row[]> {
  return inScope(async (owner) => {
    const visitors = visitorsWith("rsa");
    const { publicKey } = visitors;
    const startServer = startApache;
    const ours = await startSite(owner, { example: "apache-fcgi", publicKey, startServer });
    const bare = await startSite(owner, {
      example: "apache-fcgi",
      publicKey,
      startServer,
      startAuthorizer: startBareAuthorizer,
    });
    const cModule = await startSite(owner, { example: "apache-pubtkt", publicKey, startServer });
    const side = ({ port, host }: { port: number; host: string }, tickets: number) => ({
      target: port,
      requests: visitors.asking(host, tickets),
      status: 200,
    });
    const rows: Row[] = [
      {
        name: "Apache with gatewayd, mod_authnz_fcgi, 2048 tickets",
        peer: "Apache with a FastCGI authorizer that reads nothing",
        goal: 0.9,
        comparison: await sideBySide(side(ours, 2048), side(bare, 2048)),
      },
    ];
    const ways = {
      mod_authnz_fcgi: ours,
      mod_lua: await startSite(owner, { example: withLua, publicKey, startServer }),
      "mod_lua that keeps answers": await startSite(owner, {
        example: [...withLua, "apache-lua-cached"],
        publicKey,
        startServer,
        change: { file: "gateway.yaml", by: keptForLong },
      }),
    };
    for (const [tickets, goal] of [
      [1, 0.8],
      [1000, 1],
    ] as const) {
      for (const [way, site] of Object.entries(ways)) {
        await warmUp(side(site, tickets));
        await loadOn(side(site, tickets), warmUpMilliseconds);
        rows.push({
          name: `Apache with gatewayd, ${way}, tickets: ${tickets}`,
          peer: "Apache with mod_auth_pubtkt",
          goal,
          comparison: await sideBySide(side(site, tickets), side(cModule, tickets)),
        });
      }
    }
    return rows;
  });
}

function keptForLong(text: string): string {
  return text.replace(/cacheSeconds: 5$/m, "cacheSeconds: 300");
}
