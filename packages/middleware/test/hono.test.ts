import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { countersign } from "../src/hono.ts";
import { listen, readAnswer, send } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const site = { origin: "http://a.example", publicKey, now: () => 100, hideTicket: true };
const from = (address: string | undefined) => ({ ...site, clientAddress: () => address });
const headers = { cookie: `a=1; ${cookieWith({ validUntil: 200, clientAddress: "192.0.2.7" })}` };

test("away from Node, the application says where a request comes from", async () => {
  const app = new Hono()
    .use(countersign(from("192.0.2.7")))
    .get("/", (context) =>
      context.text(`${context.var.identity.user} ${context.req.header("cookie")}`),
    );
  const answer = await app.request("http://a.example/", { headers });
  assert.equal(await answer.text(), "ada a=1");
});

test("lets nobody in from elsewhere, or from nowhere", async () => {
  for (const [address, status] of [
    ["192.0.2.8", 401],
    [undefined, 400],
  ] as const) {
    const app = new Hono().use(countersign(from(address))).get("/", () => assert.fail());
    assert.equal((await app.request("http://a.example/", { headers })).status, status);
  }
});

test("on Node, lets nobody push out what the proxy appends, whoever tells the address", async (context) => {
  const options = { ...from("127.0.0.1"), trustedProxies: ["127.0.0.1"] };
  const app = new Hono().use(countersign(options)).get("/", (context) => context.text("in"));
  const server = createServer(getRequestListener(app.fetch));
  server.maxHeadersCount = 20;
  const port = await listen(context, server);
  for (const [count, expected] of [
    [15, [200]],
    // Newer versions of Node refuse more than their limit themselves.
    [16, [400]],
    [60, [400, 431]],
  ] as const) {
    const junk = Array.from({ length: count }, (_, index) => `J${index}: 1`);
    const own = ["Host: a.example", "Connection: close", `Cookie: ${headers.cookie}`];
    const head = ["GET / HTTP/1.1", ...own, ...junk, "X-Forwarded-For: 192.0.2.7"];
    const { status } = readAnswer(await send(port, head));
    assert.ok(
      expected.some((one) => one === status),
      `${count}: ${status}`,
    );
  }
});

test("fails where it is not told where requests come from", async (context) => {
  context.mock.method(console, "error", () => undefined);
  const app = new Hono().use(countersign(site)).get("/", () => assert.fail());
  const answer = await app.request("http://a.example/", { headers });
  assert.equal(answer.status, 500);
});

test("protects a part of the application as Hono routes it", async () => {
  const part = new Hono().use(countersign(from("192.0.2.7"))).get("/mine", (c) => c.text("mine"));
  const app = new Hono().get("/open", (context) => context.text("open")).route("/part", part);
  assert.equal(await (await app.request("http://a.example/open")).text(), "open");
  assert.equal((await app.request("http://a.example/part/mine")).status, 401);
  assert.equal(await (await app.request("http://a.example/part/mine", { headers })).text(), "mine");
});

test("answers with a renewed ticket, and lets no cache keep that", async (context) => {
  const renewed = `${cookieWith({ validUntil: 900 })}; Path=/`;
  const answer = new Response(null, { headers: { "set-cookie": renewed } });
  context.mock.method(globalThis, "fetch", async () => answer);
  const options = { refreshUrl: "http://sso/refresh", renewInPlace: true };
  const wide = { "Cache-Control": "public", "CDN-Cache-Control": "max-age=60", Expires: "0" };
  const app = new Hono()
    .use(countersign({ ...from("192.0.2.7"), ...options }))
    .get("/", () => new Response("page", { headers: { ...wide, "Set-Cookie": "own=1" } }));
  const due = cookieWith({ validUntil: 200, graceAfter: 50 });
  const { headers } = await app.request("http://a.example/", { headers: { cookie: due } });
  assert.deepEqual(headers.getSetCookie(), ["own=1", renewed]);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("cdn-cache-control"), null);
  assert.equal(headers.get("expires"), null);
});
