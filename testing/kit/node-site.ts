import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { countersign as forExpress } from "@countersign/middleware/express";
import { countersign as forFastify } from "@countersign/middleware/fastify";
import { countersign as forHono } from "@countersign/middleware/hono";
import { countersign as forKoa } from "@countersign/middleware/koa";
import {
  type CountersignOptions,
  countersign as forNode,
  type Identity,
} from "@countersign/middleware/node-http";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { atEnd, type Owner } from "./cleanup.ts";
import type { Site } from "./site.ts";

/** A Node application with the middleware before it. */
export interface NodeSitePlan {
  readonly framework: NodeFramework;
  readonly host: string;
  /** In PEM. */
  readonly publicKey: string;
  readonly loginOrigin: string;
  readonly now: () => number;
}

/** The frameworks that have an adapter. */
export type NodeFramework = keyof typeof applications;

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
  const site = { origin, publicKey, now, ...urls };
  server.on("request", await applications[framework](site, { ...site, anyOfTokens: ["admin"] }));
  return { host, port, origin, loginOrigin };
}

type Application = (
  site: CountersignOptions,
  admin: CountersignOptions,
) => RequestListener | Promise<RequestListener>;

const applications = {
  "node:http"(site, admin) {
    const anyone = forNode(site);
    const administrators = forNode(admin);
    return (request, response) => {
      const path = request.url?.split("?", 1)[0];
      const guard = path === "/admin/" ? administrators : anyone;
      guard(request, response, (identity) => {
        if (path === "/admin/") response.end(adminPage);
        else if (path === "/whoami") response.end(identityLines(identity));
        else response.writeHead(404).end();
      });
    };
  },
  Express(site, admin) {
    const app = express();
    app.use(forExpress(site));
    app.use("/admin", forExpress(admin));
    app.get("/admin", (_request, response) => void response.send(adminPage));
    app.all("/whoami", ({ identity }, response) => {
      response.type("text/plain").send(identityLines(identity));
    });
    return app;
  },
  async Fastify(site, admin) {
    const app = fastify();
    app.addHook("onRequest", forFastify(site));
    app.all("/whoami", async ({ identity }) => identityLines(identity));
    app.register(async (administrators) => {
      administrators.addHook("onRequest", forFastify(admin));
      administrators.get("/admin/", async () => adminPage);
    });
    await app.ready();
    return app.routing;
  },
  Koa(site, admin) {
    const administrators = forKoa(admin);
    const app = new Koa();
    app.use(forKoa(site)).use(async (context) => {
      const show = async () => {
        context.body = adminPage;
      };
      if (context.path === "/admin/") await administrators(context, show);
      if (context.path === "/whoami") context.body = identityLines(context.state.identity);
    });
    return app.callback();
  },
  Hono(site, admin) {
    const app = new Hono();
    app.use("/admin/*", forHono(admin)).get("/admin/", (context) => context.text(adminPage));
    app
      .use(forHono(site))
      .all("/whoami", (context) => context.text(identityLines(context.var.identity)));
    return getRequestListener(app.fetch);
  },
} satisfies Record<string, Application>;

const adminPage = "You are an administrator";

/** What the examples' `whoami` shows. */
function identityLines(identity: Identity | undefined): string {
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
