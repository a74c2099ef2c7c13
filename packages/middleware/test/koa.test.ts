import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import Koa from "koa";
import { countersign } from "../src/koa.ts";
import { listen, readAnswer, send } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const site = { origin: "http://a.example", publicKey, now: () => 100 };
const head = ["GET / HTTP/1.1", "Host: a.example", "Connection: close"];
const known = [...head, `Cookie: ${cookieWith({ validUntil: 200 })}`];

test("a failure behind it is Koa's affair", async (context) => {
  const app = new Koa();
  app.on("error", () => undefined);
  app.use(countersign(site)).use(() => {
    throw new Error("broken");
  });
  const port = await listen(context, createServer(app.callback()));
  assert.equal(readAnswer(await send(port, known)).status, 500);
  assert.equal(readAnswer(await send(port, head)).status, 401);
});

test("what comes before it sees the refusal, and what comes after does not run", async (context) => {
  const app = new Koa();
  const seen: unknown[] = [];
  app.use(async ({ response }, next) => {
    await next();
    seen.push(response.status);
  });
  app.use(countersign({ ...site, loginUrl: "https://sso/login" })).use(() => assert.fail());
  const port = await listen(context, createServer(app.callback()));
  const { status, headers, body } = readAnswer(await send(port, head));
  assert.equal(status, 401);
  assert.equal(headers["content-type"], "application/problem+json");
  assert.equal(JSON.parse(body).login, "https://sso/login");
  assert.deepEqual(seen, [401]);
});
