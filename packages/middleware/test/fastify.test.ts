import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import fastify from "fastify";
import { countersign, identityOf } from "../src/fastify.ts";
import { cookieWith, publicKey } from "./keys.ts";

const site = { origin: "http://a.example", publicKey, now: () => 100 };
const cookie = cookieWith({ validUntil: 200 });
const headers = { host: "a.example", accept: "text/html" };

test("protects the routes of its own part of the application, as Fastify does", async () => {
  const app = fastify();
  app.get("/open", async () => "open");
  app.register(async (part) => {
    part.addHook("onRequest", countersign(site));
    part.get("/mine", async (request) => identityOf(request).user);
  });
  assert.equal((await app.inject({ url: "/open", headers })).body, "open");
  assert.equal((await app.inject({ url: "/mine", headers })).statusCode, 403);
  assert.equal((await app.inject({ url: "/mine", headers: { ...headers, cookie } })).body, "ada");
});

test("protects a single route, and what is not found", async () => {
  const app = fastify();
  app.get("/one", { onRequest: countersign(site) }, async () => "one");
  assert.equal((await app.inject({ url: "/one", headers })).statusCode, 403);

  const all = fastify();
  all.addHook("onRequest", countersign(site));
  assert.equal((await all.inject({ url: "/none", headers })).statusCode, 403);
  const known = { url: "/none", headers: { ...headers, cookie } };
  assert.equal((await all.inject(known)).statusCode, 404);
});

test("runs no handler, and the hooks of an answer", async () => {
  const app = fastify();
  const sent: number[] = [];
  app.addHook("onRequest", countersign(site));
  app.addHook("onSend", async (_request, reply) => void sent.push(reply.statusCode));
  app.get("/", async () => assert.fail());
  const { statusCode, body } = await app.inject({ url: "/", headers: { host: "a.example" } });
  assert.equal(statusCode, 401);
  assert.equal(JSON.parse(body).reason, "no-ticket");
  assert.deepEqual(sent, [401]);
});

test("sends back to the address that was asked for, whatever Fastify makes of it", async () => {
  const app = fastify({ rewriteUrl: () => "/elsewhere" });
  const loginUrl = "https://sso/login";
  app.addHook("onRequest", countersign({ ...site, loginUrl, loopBreaker: false }));
  app.get("/elsewhere", async () => "there");
  const { headers: answered } = await app.inject({ url: "/page?x", headers });
  const back = encodeURIComponent("http://a.example/page?x");
  assert.equal(answered.location, `${loginUrl}?back=${back}`);
});

test("over HTTP/2, shows no site but the one that it decided on", async (context) => {
  const app = fastify({ http2: true });
  const origin = ["http://a.example", "http://b.example"];
  app.addHook("onRequest", countersign({ ...site, origin }));
  app.get("/", async (request) => `${identityOf(request).user} at ${request.host}`);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const client = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`);
  // A server waits for its sessions to end.
  context.after(() => client.destroy());
  context.after(() => app.close());
  const ask = async (more: Record<string, string>) => {
    const stream = client.request({ ":authority": "a.example", cookie, ...more });
    const [answered] = await once(stream, "response");
    return `${answered[":status"]} ${await text(stream)}`;
  };
  assert.equal(await ask({}), "200 ada at a.example");
  assert.equal(await ask({ host: "A.example" }), "200 ada at A.example");
  assert.match(await ask({ host: "b.example" }), /^400 /);
});
