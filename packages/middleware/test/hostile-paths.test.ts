import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import express, { Router } from "express";
import fc from "fast-check";
import fastify, { type FastifyServerOptions } from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { countersign as forExpress } from "../src/express.ts";
import { countersign as forFastify } from "../src/fastify.ts";
import { countersign as forHono } from "../src/hono.ts";
import { countersign as forKoa } from "../src/koa.ts";
import { countersign as forNode } from "../src/node-http.ts";
import { listen, readAnswer, send } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const site = { origin: "http://a.example", publicKey, now: () => 100 };
const admin = { ...site, anyOfTokens: ["admin"] };
const secret = "the administrators' secret";

/** Applications whose page /admin/secret is for administrators, by the ways to say so. */
const applications: Readonly<Record<string, () => Server | Promise<Server>>> = {
  "Express, guarded by a path"() {
    const app = express();
    app.use(forExpress(site));
    app.use("/admin", forExpress(admin));
    app.get("/admin/secret", (_request, response) => void response.send(secret));
    return createServer(app);
  },
  "Express, guarded by a strict router"() {
    const app = express().enable("case sensitive routing").enable("strict routing");
    const part = Router({ caseSensitive: true, strict: true });
    part.get("/secret", (_request, response) => void response.send(secret));
    app.use("/admin", forExpress(admin), part);
    return createServer(app);
  },
  "Express, guarded at the route"() {
    // Express logs paths that it cannot decode, but for tests.
    const app = express().set("env", "test");
    const show: express.RequestHandler = (_request, response) => void response.send(secret);
    app.get("/admin/:page", forExpress(admin), show);
    return createServer(app);
  },
  "Fastify, guarded by a plugin": () => fastifyWith({}),
  "Fastify, guarded by a plugin, with a lenient router": () =>
    fastifyWith({ routerOptions: lenient }),
  async "Fastify, guarded at the route"() {
    const app = fastify();
    app.get("/admin/:page", { onRequest: forFastify(admin) }, async () => secret);
    await app.ready();
    return app.server;
  },
  "Koa, guarded by its path"() {
    const administrators = forKoa(admin);
    const app = new Koa().use(forKoa(site)).use(async (context) => {
      const show = async () => {
        context.body = secret;
      };
      if (context.path === "/admin/secret") await administrators(context, show);
    });
    return createServer(app.callback());
  },
  "Hono, guarded by a path"() {
    const app = new Hono().use(forHono(site));
    app.use("/admin/*", forHono(admin)).get("/admin/secret", (context) => context.text(secret));
    return createServer(getRequestListener(app.fetch));
  },
  "Hono, guarded by a part that is not strict"() {
    const part = new Hono({ strict: false }).use(forHono(admin));
    part.get("/:page", (context) => context.text(secret));
    const app = new Hono({ strict: false }).route("/admin", part);
    return createServer(getRequestListener(app.fetch));
  },
  "node:http, guarded by a path that is resolved"() {
    const anyone = forNode(site);
    const administrators = forNode(admin);
    return createServer((request, response) => {
      const path = URL.parse(request.url ?? "", "http://a.example")?.pathname;
      const isSecret = path === "/admin/secret";
      const guard = isSecret ? administrators : anyone;
      guard(request, response, () => response.end(isSecret ? secret : "else"));
    });
  },
};

const lenient = {
  caseSensitive: false,
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: true,
  useSemicolonDelimiter: true,
};

async function fastifyWith(options: FastifyServerOptions): Promise<Server> {
  const app = fastify(options);
  app.addHook("onRequest", forFastify(site));
  app.register(
    async (part) => {
      part.addHook("onRequest", forFastify(admin));
      part.get("/secret", async () => secret);
    },
    { prefix: "/admin" },
  );
  await app.ready();
  return app.server;
}

/** What routers and guards were seen to read differently. */
const pieces = [
  "/",
  "//",
  "\\",
  "/./",
  "/../",
  "/..;/",
  "/;/",
  ";",
  ";x=1",
  "?",
  "?x=/",
  "#",
  "%23",
  "%3f",
  "%2f",
  "%2F",
  "%5c",
  "%2e",
  "%2e%2e/",
  "%00",
  "%20",
  "%09",
  "%252f",
  "%c0%af",
  "%ff",
  "%",
  ".",
  "*",
  "admin",
  "ADMIN",
  "Admin",
  "%61dmin",
  "admi%6e",
  "\xc0\xafadmin",
  "adm\u0131n",
  "secret",
  "SECRET",
  "secre%74",
  "secret.json",
  "http://a.example",
  "http://b.example",
  "x",
];

const known = [
  "/admin/secret",
  "//admin/secret",
  "/admin//secret",
  "//admin//secret",
  "/./admin/secret",
  "/admin/./secret",
  "/x/../admin/secret",
  "/x/%2e%2e/admin/secret",
  "/%2e/admin/secret",
  "/%61dmin/secret",
  "/admin/secre%74",
  "/admin%2fsecret",
  "/admin%2Fsecret",
  "/admin%5csecret",
  "/admin%252fsecret",
  "/admin\\secret",
  "\\admin/secret",
  "/admin;x/secret",
  "/admin/secret;x",
  "/;/admin/secret",
  "/admin/;/secret",
  "/x/..;/admin/secret",
  "/admin/secret;",
  "/ADMIN/secret",
  "/Admin/Secret",
  "/admin/SECRET",
  "/admin/secret/",
  "/admin/secret//",
  "/admin/secret/.",
  "/admin/secret?",
  "/admin/secret?x=/status",
  "/admin/secret#",
  "/x#/../admin/secret",
  "/x%23/../admin/secret",
  "/admin/secret%00",
  "/admin/secret%20",
  "/admin/secret%09",
  "/admin/secret.json",
  "/admin/secret%",
  "/%/../admin/secret",
  "http://a.example/admin/secret",
  "HTTP://A.EXAMPLE/admin/secret",
  "http://b.example/admin/secret",
  "http://a.example//admin/secret",
  "http://a.example/x/../admin/secret",
  "//a.example/admin/secret",
];

const anyPath = fc.oneof(
  fc.constantFrom(...known),
  fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((some) => `/${some.join("")}`),
  fc
    .tuple(...["/", "admin", "/", "secret"].map((part) => variantsOf(part)))
    .map((parts) => parts.join("")),
);

function variantsOf(part: string): fc.Arbitrary<string> {
  const around = fc.constantFrom("", "", ...pieces);
  return fc.tuple(around, fc.constant(part), around).map((parts) => parts.join(""));
}

function head(method: string, target: string, tokens: readonly string[]): string[] {
  const cookie = cookieWith({ validUntil: 200, tokens });
  return [
    `${method} ${target} HTTP/1.1`,
    "Host: a.example",
    `Cookie: ${cookie}`,
    "Connection: close",
  ];
}

for (const [name, application] of Object.entries(applications)) {
  test(`${name}: no spelling of the path leads past the guard`, async (context) => {
    const port = await listen(context, await application());
    const shownTo = async (target: string, tokens: readonly string[], method = "GET") => {
      const answer = await send(port, head(method, target, tokens));
      const { status, body } = readAnswer(answer);
      assert.ok(status < 500, answer);
      return body.includes(secret);
    };
    assert.equal(await shownTo("/admin/secret", ["admin"]), true);
    for (const target of known) assert.equal(await shownTo(target, ["staff"]), false, target);
    await fc.assert(
      fc.asyncProperty(
        anyPath,
        fc.constantFrom("GET", "HEAD", "POST", "get"),
        async (target, method) => {
          assert.equal(await shownTo(target, ["staff"], method), false);
        },
      ),
      { numRuns: 200 },
    );
  });
}
