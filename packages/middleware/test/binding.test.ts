import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import Koa from "koa";
import { WebSocket, WebSocketServer } from "ws";
import type { ChannelBinding, ChannelBindings } from "../src/binding.ts";
import { countersign as forExpress } from "../src/express.ts";
import { countersign as forFastify } from "../src/fastify.ts";
import { countersign as forFetch } from "../src/fetch.ts";
import { type CountersignVariables, countersign as forHono } from "../src/hono.ts";
import { countersign as forKoa } from "../src/koa.ts";
import { countersign as forNode } from "../src/node-http.ts";
import type { CountersignOptions } from "../src/options.ts";
import { countersign as forWebSockets } from "../src/websocket.ts";
import { listen } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const site = { origin: "http://a.example", publicKey };
const cookie = cookieWith({ validUntil: 4_000_000_000 });

/** As if every connection had a session ID of its own: the port that its client has. */
function played() {
  const asked: (number | undefined)[] = [];
  const bindings: ChannelBindings = {
    async sessionOf({ remotePort }) {
      asked.push(remotePort);
      return { sessionId: `23${remotePort}`, role: "B" };
    },
  };
  return { asked, bindings };
}

/** What a handler finds, and what an application behind it would find in headers. */
const seen = (binding: ChannelBinding | undefined, header: unknown) =>
  JSON.stringify({ binding: binding ?? null, header: header ?? null });
const headerOf = ({ headers, headersDistinct, rawHeaders }: IncomingMessage) => {
  const name = "tcp-crypt-sessid";
  const raw = rawHeaders.filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === name);
  assert.deepEqual(raw, headersDistinct[name] ?? []);
  assert.equal(raw[0], headers[name]);
  return headers[name];
};

type Application = (guards: readonly CountersignOptions[]) => Promise<Server>;

const applications: Readonly<Record<string, Application>> = {
  async "node:http"(guards) {
    const protections = guards.map((options) => forNode(options));
    return createServer((request, response) => {
      const show = (_identity: unknown) => {
        response.end(seen(request.binding, headerOf(request)));
      };
      const enter = protections.reduceRight<(identity: unknown) => void>(
        (next, protect) => () => protect(request, response, next),
        show,
      );
      enter(undefined);
    });
  },
  async Express(guards) {
    const app = express();
    for (const options of guards) app.use(forExpress(options));
    app.use((request, response) => {
      response.send(seen(request.binding, headerOf(request)));
    });
    return createServer(app);
  },
  async Fastify(guards) {
    const app = fastify();
    for (const options of guards) app.addHook("onRequest", forFastify(options));
    app.all("/*", async (request) => seen(request.binding, headerOf(request.raw)));
    await app.ready();
    return app.server;
  },
  async Koa(guards) {
    const app = new Koa<{ binding?: ChannelBinding | undefined }>();
    for (const options of guards) app.use(forKoa(options));
    app.use((context) => {
      context.body = seen(context.state.binding, headerOf(context.req));
    });
    return createServer(app.callback());
  },
  async Hono(guards) {
    const app = new Hono<{ Variables: CountersignVariables<never> }>();
    for (const options of guards) app.use(forHono(options));
    app.all("*", (context) =>
      context.text(seen(context.var.binding, context.req.header("tcp-crypt-sessid"))),
    );
    return createServer(getRequestListener(app.fetch));
  },
};

/** A connection on which one request after the other is sent. */
async function connected(context: TestContext, server: Server) {
  const port = await listen(context, server);
  const socket = connect(port, "127.0.0.1");
  context.after(() => socket.destroy());
  await once(socket, "connect");
  return { socket, id: `23${socket.localPort}` };
}

async function ask(socket: Socket, ...lines: readonly string[]) {
  const head = ["GET / HTTP/1.1", "Host: a.example", `Cookie: ${cookie}`, ...lines];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  let text = "";
  while (!/\r\n\r\n\{.*\}/s.test(text)) {
    const [piece] = await once(socket, "data");
    text += piece;
  }
  return JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? "");
}

const nothing = { binding: null, header: null };

for (const [name, start] of Object.entries(applications)) {
  test(`${name}: a handler finds the binding of the connection, asked for once`, async (context) => {
    const { bindings, asked } = played();
    const { socket, id } = await connected(context, await start([{ ...site, bindings }]));
    const expected = { binding: { sessionId: id, role: "B" }, header: id };
    assert.deepEqual(await ask(socket), expected);
    assert.deepEqual(await ask(socket, "Tcp-Crypt-Sessid: 23FF"), expected);
    assert.equal(asked.length, 1);
  });

  test(`${name}: also where nobody needs a ticket`, async (context) => {
    const { bindings } = played();
    for (const access of ["public", "optional"] as const) {
      const server = await start([{ ...site, access, bindings }]);
      const { socket, id } = await connected(context, server);
      assert.equal((await ask(socket, "Cookie: a=1")).binding?.sessionId, id);
    }
  });

  test(`${name}: of two guards, any one that knows it is enough`, async (context) => {
    const { bindings } = played();
    const knowing = { ...site, bindings };
    for (const guards of [
      [knowing, site],
      [site, knowing],
      [knowing, knowing],
    ]) {
      const { socket, id } = await connected(context, await start(guards));
      const expected = { binding: { sessionId: id, role: "B" }, header: id };
      assert.deepEqual(await ask(socket, "Tcp-Crypt-Sessid: 23FF"), expected);
    }
  });

  test(`${name}: nobody says it who is not asked, and least of all the client`, async (context) => {
    const { socket } = await connected(context, await start([site]));
    assert.deepEqual(await ask(socket, "Tcp-Crypt-Sessid: 23FF"), nothing);
  });

  test(`${name}: a connection without one, or of which it cannot be told, has none`, async (context) => {
    const answers: ChannelBindings["sessionOf"][] = [
      async () => undefined,
      () => Promise.reject(new Error("no answer")),
      () => {
        throw new Error("no answer");
      },
    ];
    for (const sessionOf of answers) {
      const server = await start([{ ...site, bindings: { sessionOf } }]);
      const { socket } = await connected(context, server);
      assert.deepEqual(await ask(socket, "Tcp-Crypt-Sessid: 23FF"), nothing);
    }
  });

  test(`${name}: behind a proxy there is none, since the visitor's own connection ends there`, async (context) => {
    const { bindings, asked } = played();
    const server = await start([{ ...site, bindings, trustedProxies: ["127.0.0.1"] }]);
    const { socket } = await connected(context, server);
    assert.deepEqual(await ask(socket, "X-Forwarded-For: 192.0.2.7"), nothing);
    assert.deepEqual(asked, []);
  });
}

test("who is refused is not asked about", async (context) => {
  const { bindings, asked } = played();
  const protect = forNode({ ...site, bindings, anyOfTokens: ["admin"] });
  const server = createServer((request, response) => {
    protect(request, response, () => response.end("{}"));
  });
  const { socket } = await connected(context, server);
  assert.equal((await ask(socket)).reason, "no-token");
  assert.deepEqual(asked, []);
});

test("a WebSocket finds the binding of its connection", async (context) => {
  const { bindings } = played();
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on("connection", (socket, request) => {
    socket.send(seen(request.binding, headerOf(request)));
  });
  const server = createServer();
  server.on("upgrade", forWebSockets({ ...site, bindings }, sockets));
  const port = await listen(context, server);
  const headers = { host: "a.example", cookie, "tcp-crypt-sessid": "23FF" };
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, { headers });
  context.after(() => client.terminate());
  const [message] = await once(client, "message");
  const { binding, header } = JSON.parse(String(message));
  assert.match(binding.sessionId, /^23[0-9]+$/);
  assert.equal(header, binding.sessionId);
});

test("a connection that breaks before the binding is known opens no WebSocket", async (context) => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<ChannelBinding | undefined>();
  const sessionOf = () => {
    asked.resolve();
    return answer.promise;
  };
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on("connection", () => assert.fail("opened"));
  const server = createServer();
  const closed = Promise.withResolvers<void>();
  server.on("upgrade", forWebSockets({ ...site, bindings: { sessionOf } }, sockets));
  server.on("upgrade", (_request, socket) => {
    socket.resume();
    socket.once("close", closed.resolve);
  });
  const { socket } = await connected(context, server);
  socket.write(`${upgrade.join("\r\n")}\r\n\r\n`);
  await asked.promise;
  socket.resetAndDestroy();
  await closed.promise;
  answer.resolve({ sessionId: "23", role: "B" });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sockets.clients.size, 0);
});

const upgrade = [
  "GET / HTTP/1.1",
  "Host: a.example",
  `Cookie: ${cookie}`,
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

test("a server on fetch, which shows no connection, does not take the option", () => {
  const { bindings } = played();
  const options = { ...site, clientAddress: () => "192.0.2.7", bindings } as object;
  assert.throws(() => forFetch(options as never, () => new Response()), /option bindings needs/);
});
