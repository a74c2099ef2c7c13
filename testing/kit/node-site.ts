import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { countersign as countersignForExpress } from "@countersign/middleware/express";
import { type CountersignOptions, countersign } from "@countersign/middleware/node-http";
import express from "express";
import { atEnd, type Owner } from "./cleanup.ts";
import type { Site } from "./site.ts";

/** A Node application with the middleware before it. */
export interface NodeSitePlan {
  readonly framework: keyof typeof applications;
  readonly host: string;
  /** In PEM. */
  readonly publicKey: string;
  readonly loginOrigin: string;
  readonly now: () => number;
}

/** Starts a Node application that has the pages of the examples' sites: /whoami and /admin/. */
export async function startNodeSite(owner: Owner, plan: NodeSitePlan): Promise<Site> {
  const { framework, host, publicKey, loginOrigin, now } = plan;
  const server = createServer();
  atEnd(owner, () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");

  const { port } = server.address() as AddressInfo;
  const origin = `http://${host}:${port}`;
  const urls = {
    loginUrl: `${loginOrigin}/login`,
    refreshUrl: `${loginOrigin}/refresh`,
    unauthorisedUrl: `${loginOrigin}/login?reason=forbidden`,
  };
  server.on("request", applications[framework]({ origin, publicKey, now, ...urls }));
  return { host, port, origin, loginOrigin };
}

const applications = {
  "node:http"(options) {
    const anyone = countersign(options);
    const administrators = countersign({ ...options, anyOfTokens: ["admin"] });
    return (request, response) => {
      const path = request.url?.split("?", 1)[0];
      const guard = path === "/admin/" ? administrators : anyone;
      guard(request, response, () => {
        if (path === "/admin/") response.end(adminPage);
        else if (path === "/whoami") response.end(identityLines(request));
        else response.writeHead(404).end();
      });
    };
  },
  Express(options) {
    const application = express();
    application.use(countersignForExpress(options));
    application.use("/admin", countersignForExpress({ ...options, anyOfTokens: ["admin"] }));
    application.get("/admin", (_request, response) => void response.send(adminPage));
    application.all("/whoami", (request, response) => {
      response.type("text/plain").send(identityLines(request));
    });
    return application;
  },
} satisfies Record<string, (options: CountersignOptions) => RequestListener>;

const adminPage = "You are an administrator";

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
