import assert from "node:assert/strict";
import { test } from "node:test";
import { Hono } from "hono";
import { countersign } from "../src/hono.ts";
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
