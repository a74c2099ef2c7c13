import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fillIn } from "@countersign/testing/kit/configuration.ts";
import { freeLoopbackPort } from "@countersign/testing/kit/loopback-port.ts";
import { request } from "@countersign/testing/kit/request.ts";
import { startServerProcess } from "@countersign/testing/kit/server-process.ts";
import { temporaryFolder } from "@countersign/testing/kit/temporary-folder.ts";
import { WebSocket } from "ws";
import { cookieWith, publicKey } from "./keys.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);

// The examples have the real clock; this is the year 2096.
const validUntil = 4_000_000_000;
const staff = { cookie: cookieWith({ validUntil, tokens: ["staff"] }) };
const admin = { cookie: cookieWith({ validUntil, tokens: ["admin"] }) };
const page = { accept: "text/html" };

function exampleOf(folder: string): string {
  const file = new URL(`../../../examples/${folder}/server.js`, import.meta.url);
  return readFileSync(file, "utf8");
}

/** Runs the example as its own process, and makes requests to it. */
async function run(context: TestContext, folder: string) {
  const port = await freeLoopbackPort();
  const publicKeyFile = join(temporaryFolder(context), "ticket.pub.pem");
  writeFileSync(publicKeyFile, publicKey);
  const values = {
    HOST: "app.example.com",
    PORT: String(port),
    LOGIN_URL: "https://sso.example.com/login",
    PUBLIC_KEY: publicKeyFile,
  };
  const host = `app.example.com:${port}`;
  const ask = (path: string, headers = {}) => request({ port, host, path, headers });
  await startServerProcess(context, {
    command: process.execPath,
    args: ["--input-type=module", "--eval", fillIn(exampleOf(folder), values, folder)],
    isReady: () =>
      ask("/").then(
        () => true,
        () => false,
      ),
  });
  return { ask, host, port };
}

const folders = ["express", "fastify", "koa", "hono", "node-http"];

test("the README shows the examples, and no other programs", () => {
  const shown = [...folders, "websocket"].map(exampleOf);
  assert.deepEqual([...examples].sort(), shown.sort());
});

for (const folder of folders) {
  test(`the example ${folder} lets in who has a ticket, and to /admin who has the token`, async (t) => {
    const { ask } = await run(t, folder);
    const { status, headers } = await ask("/", page);
    assert.equal(status, 307);
    assert.match(headers.location ?? "", /^https:\/\/sso\.example\.com\/login\?back=/);
    assert.equal((await ask("/")).status, 401);
    assert.equal(JSON.parse((await ask("/", staff)).body).user, "ada");
    assert.equal((await ask("/admin", { ...staff, ...page })).status, 307);
    assert.equal((await ask("/admin", staff)).status, 403);
    assert.match((await ask("/admin", admin)).body, /administrator/);
  });
}

test("the example websocket opens a WebSocket and a stream for who has a ticket", async (t) => {
  const { host, port } = await run(t, "websocket");
  const url = `ws://127.0.0.1:${port}/`;
  const stranger = new WebSocket(url, { headers: { host } });
  stranger.on("error", () => undefined);
  const [asked, answer] = await once(stranger, "unexpected-response");
  assert.equal(answer.statusCode, 401);
  asked.destroy();

  const socket = new WebSocket(url, { headers: { host, ...staff } });
  assert.equal(String((await once(socket, "message"))[0]), "You are ada.");
  socket.terminate();

  const streaming = get({ port, headers: { host, ...staff }, agent: false });
  const [stream] = await once(streaming, "response");
  assert.match(String((await once(stream, "data"))[0]), /^data: You are ada\.\n/);
  streaming.destroy();
});
