import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CountersignOptions, countersign } from "@countersign/middleware/node-http";
import { atEnd, type Owner } from "./cleanup.ts";
import type { Site } from "./site.ts";

/** A Node application with the middleware before it. */
export interface NodeSitePlan {
  readonly host: string;
  /** In PEM. */
  readonly publicKey: string;
  readonly loginOrigin: string;
  readonly now: () => number;
}

/** Starts a Node application that has the pages of the examples' sites: /whoami and /admin/. */
export async function startNodeSite(owner: Owner, plan: NodeSitePlan): Promise<Site> {
  const { host, publicKey, loginOrigin, now } = plan;
  const server = createServer();
  atEnd(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  const { port } = server.address() as AddressInfo;
  const origin = `http://${host}:${port}`;
  const loginUrl = `${loginOrigin}/login`;
  const refreshUrl = `${loginOrigin}/refresh`;
  server.on("request", createApplication({ origin, publicKey, loginUrl, refreshUrl, now }));
  return { host, port, origin, loginOrigin };
}

function createApplication(options: CountersignOptions) {
  const anyone = countersign(options);
  const administrators = countersign({ ...options, anyOfTokens: ["admin"] });
  return (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url?.split("?", 1)[0];
    const guard = path === "/admin/" ? administrators : anyone;
    guard(request, response, () => {
      if (path === "/admin/") response.end("You are an administrator");
      else if (path === "/whoami") response.end(identityLines(request));
      else response.writeHead(404).end();
    });
  };
}

/** What the examples' `whoami` shows. */
function identityLines({ identity }: IncomingMessage): string {
  const lines = {
    REMOTE_USER: identity?.user,
    REMOTE_USER_TOKENS: identity?.tokens.join(","),
    REMOTE_USER_DATA: identity?.userData,
    AUTH_TYPE: "mod_auth_pubtkt",
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value ?? ""}\n`)
    .join("");
}
