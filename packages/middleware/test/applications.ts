import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { countersign as forExpress } from "../src/express.ts";
import { countersign as forFastify } from "../src/fastify.ts";
import { countersign as forHono } from "../src/hono.ts";
import { countersign as forKoa } from "../src/koa.ts";
import { type CountersignOptions, countersign as forNode } from "../src/node-http.ts";
import { type Shown, shown } from "./ask-over-http.ts";

/**
 * Starts an application that shows who its visitor is, and wants every cache to keep that, behind as
 * many guards as there are options.
 */
export type Application = (guards: readonly CountersignOptions[]) => Promise<Server>;

/** One of each framework. */
export const applications: Readonly<Record<string, Application>> = {
  async "node:http"(guards) {
    const protections = guards.map((options) => forNode(options));
    return createServer((request, response) => {
      const show = (identity: Shown["identity"]) => {
        response.setHeader("Cache-Control", "public, max-age=60");
        response.end(JSON.stringify(shown(identity, request.headers)));
      };
      const enter = protections.reduceRight(
        (next, protect) => () => protect(request, response, next),
        show,
      );
      enter(undefined);
    });
  },

  async Express(guards) {
    const app = express();
    for (const options of guards) app.use(forExpress(options));
    app.use(({ identity, headers }, response) => {
      response.set("Cache-Control", "public, max-age=60");
      response.json(shown(identity, headers));
    });
    return createServer(app);
  },

  async Fastify(guards) {
    const hooks = guards.map(forFastify);
    // It answers a path that it cannot decode before any hook, unless told otherwise.
    const app = fastify({
      frameworkErrors: (_error, request, reply) => void hooks[0]?.(request, reply),
    });
    for (const hook of hooks) app.addHook("onRequest", hook);
    app.all("/*", async ({ identity, headers }, reply) => {
      reply.header("Cache-Control", "public, max-age=60");
      return shown(identity, headers);
    });
    await app.ready();
    return app.server;
  },

  async Koa(guards) {
    const app = new Koa<{ identity?: Shown["identity"] }>();
    for (const options of guards) app.use(forKoa(options));
    app.use((context) => {
      context.set("Cache-Control", "public, max-age=60");
      context.body = shown(context.state.identity, context.headers);
    });
    return createServer(app.callback());
  },

  async Hono(guards) {
    const app = new Hono<{ Variables: { identity: Shown["identity"] } }>();
    for (const options of guards) app.use(forHono(options));
    app.all("*", (context) => {
      const { authorization, cookie } = context.req.header();
      // Not by `context.json`: what a handler brings itself must get our headers, too.
      const visible = shown(context.var.identity, { authorization, cookie });
      return Response.json(visible, { headers: { "cache-control": "public, max-age=60" } });
    });
    return createServer(getRequestListener(app.fetch));
  },
};
