import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { cookies } from "../sample.ts";
import { ask, echoHeaders, sendRaw, startProxied } from "./proxied.ts";

const cookie = `Cookie: ${cookies}`;

/** A server that takes connections and says nothing; where it listens. */
async function startSilent(context: TestContext): Promise<string> {
  const server = createServer((socket) => context.after(() => socket.destroy()));
  await once(server.listen(0, "127.0.0.1"), "listening");
  context.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("answers 502 at once while the application is down", async (context) => {
  const proxy = { upstream: "unix:nobody.sock" };
  const { port } = await startProxied(context, echoHeaders, { proxy });
  const { status, headers, body } = await ask(port, "GET / HTTP/1.1", cookie);
  assert.equal(status, 502);
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(body, "The application does not answer.\n");
});

test("answers 502 when the application hangs up, or speaks something else", async (context) => {
  const { port, folder } = await startProxied(context, echoHeaders, {
    proxy: { upstream: "unix:other.sock" },
  });
  const words = ["", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"];
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end(words.shift() ?? ""));
  });
  await once(server.listen(join(folder, "other.sock")), "listening");
  context.after(() => server.close());
  while (words.length > 0) {
    assert.equal((await ask(port, "POST / HTTP/1.1", cookie)).status, 502);
  }
});

test("answers 504 when the connection takes too long", async (context) => {
  const upstream = `https://${await startSilent(context)}`;
  const proxy = { upstream, connectSeconds: 1 };
  const { port } = await startProxied(context, echoHeaders, { proxy });
  assert.equal((await ask(port, "GET / HTTP/1.1", cookie)).status, 504);
});

test("answers 504 when the first byte takes too long", async (context) => {
  const upstream = `http://${await startSilent(context)}`;
  const proxy = { upstream, firstByteSeconds: 1 };
  const { port } = await startProxied(context, echoHeaders, { proxy });
  const { status, body } = await ask(port, "GET / HTTP/1.1", cookie);
  assert.equal(status, 504);
  assert.equal(body, "The application takes too long.\n");
});

test("cuts an answer that stands still", async (context) => {
  const proxy = { idleSeconds: 1 };
  const half = (_request: unknown, response: ServerResponse) => {
    response.writeHead(200, { "Content-Length": 9 });
    response.write("half");
  };
  const { port } = await startProxied(context, half, { proxy });
  const { status, body } = await ask(port, "GET / HTTP/1.1", cookie);
  assert.equal(status, 200);
  assert.equal(body, "half");
});

test("cuts an upload that stands still", async (context) => {
  const proxy = { idleSeconds: 1, connectSeconds: 1, firstByteSeconds: 1 };
  const { port, application } = await startProxied(context, (request) => request.resume(), {
    proxy,
  });
  const gone = once(application, "request").then(([request]) => once(request, "error"));
  const head = ["POST / HTTP/1.1", "Host: wiki.example.com", cookie, "Content-Length: 9"];
  const { status } = await sendRaw(port, `${head.join("\r\n")}\r\n\r\nabc`);
  assert.equal(status, 0);
  await gone;
});

test("answers 503 at once when the application has all the requests that it may have", async (context) => {
  const waiting: ServerResponse[] = [];
  const { port, application } = await startProxied(
    context,
    (_request, response) => waiting.push(response),
    { proxy: { upstreamConnections: 1 } },
  );
  const asked = once(application, "request");
  const first = ask(port, "GET / HTTP/1.1", cookie);
  await asked;
  const { status, headers } = await ask(port, "GET / HTTP/1.1", cookie);
  assert.equal(status, 503);
  assert.equal(headers["retry-after"], "1");
  waiting[0]?.end("done");
  assert.equal((await first).body, "done");
  application.once("request", (_request, response) => response.end("again"));
  assert.equal((await ask(port, "GET / HTTP/1.1", cookie)).body, "again");
});

test("has room again after visitors who did not wait", async (context) => {
  const { port, application } = await startProxied(context, () => undefined, {
    proxy: { upstreamConnections: 1 },
  });
  for (let round = 0; round < 20; round += 1) {
    const asked = once(application, "request");
    const visitor = connect(port, "127.0.0.1");
    visitor.write(`GET / HTTP/1.1\r\nHost: wiki.example.com\r\n${cookie}\r\n\r\n`);
    const [, response] = (await asked) as [unknown, ServerResponse];
    const left = once(response, "close");
    visitor.destroy();
    await left;
  }
  application.once("request", (_request, response) => response.end("room"));
  assert.equal((await ask(port, "GET / HTTP/1.1", cookie)).status, 200);
});

test("answers 503 on connections beyond the limit", async (context) => {
  const { port } = await startProxied(context, echoHeaders, {
    more: { limits: { connections: 1 } },
  });
  const idle = connect(port, "127.0.0.1");
  await once(idle, "connect");
  assert.equal((await ask(port, "GET / HTTP/1.1", cookie)).status, 503);
  idle.destroy();
});

test("refuses more headers than the limit", async (context) => {
  const limits = { headerBytes: 2048 };
  const { port } = await startProxied(context, echoHeaders, { more: { limits } });
  const long = `X-Long: ${"a".repeat(2048)}`;
  assert.equal((await ask(port, "GET / HTTP/1.1", cookie, long)).status, 431);
});

test("takes no proxy requests, tunnels or questions about the server as a whole", async (context) => {
  const heard: string[] = [];
  const { port } = await startProxied(context, ({ url }, response) => {
    heard.push(url ?? "");
    response.end();
  });
  for (const line of ["CONNECT localhost:22", "OPTIONS *", "GET http://evil.example/", "GET x"]) {
    const { status } = await ask(port, `${line} HTTP/1.1`, cookie);
    assert.ok(status === 400 || status === 0, `${line}: ${status}`);
  }
  assert.deepEqual(heard, []);
});

test("serves several sites at one address, and says so when it is another's", async (context) => {
  const site = (name: string) => ({ origin: `http://${name}.example.com`, access: "public" });
  const { port, gateway } = await startProxied(context, echoHeaders, {
    more: { sites: [site("wiki"), site("shop")] },
  });
  const lineFor = (host: string) =>
    sendRaw(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  assert.equal((await lineFor("wiki.example.com")).status, 200);
  assert.equal((await lineFor("WIKI.example.com.:80")).status, 200);
  assert.equal((await lineFor("shop.example.com")).status, 421);
  assert.equal((await lineFor("evil.example")).status, 400);
  assert.equal(gateway.addresses.length, 1);
});
