import assert from "node:assert/strict";
import { test } from "node:test";
import express from "express";
import { countersign, identityOf } from "../src/express.ts";
import { readAnswer, send, serve } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const site = { origin: "http://a.example", publicKey, now: () => 100, loopBreaker: false };

function head(path: string): string[] {
  return [`GET ${path} HTTP/1.1`, "Host: a.example", "Accept: text/html", "Connection: close"];
}

test("sends back to the whole path when it is mounted at a part of it", async (context) => {
  const app = express();
  app.use("/app", countersign({ ...site, loginUrl: "https://sso/login" }));
  const port = await serve(context, app);
  const { status, headers } = readAnswer(await send(port, head("/app/page?x")));
  assert.equal(status, 307);
  const back = encodeURIComponent("http://a.example/app/page?x");
  assert.equal(headers.location, `https://sso/login?back=${back}`);
});

test("protects a single route", async (context) => {
  const app = express();
  app.get("/open", (_request, response) => void response.send("open"));
  app.get("/mine", countersign(site), (request, response) => {
    response.send(identityOf(request).user);
  });
  const port = await serve(context, app);
  const cookie = `Cookie: ${cookieWith({ validUntil: 200 })}`;
  assert.equal(readAnswer(await send(port, head("/open"))).body, "open");
  assert.equal(readAnswer(await send(port, head("/mine"))).status, 403);
  assert.equal(readAnswer(await send(port, [...head("/mine"), cookie])).body, "ada");
});
