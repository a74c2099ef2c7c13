import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import type { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { cookies, now } from "../sample.ts";
import { ask, startProxied } from "./proxied.ts";

const cookie = `Cookie: ${cookies}`;
const headers = { host: "wiki.example.com", cookie: cookies };

/** A request that is under way, and the answer once its head has come. */
function start(port: number, options: { method?: string; headers?: object } = {}) {
  const more = { ...headers, ...options.headers };
  const outgoing = request({ port, agent: false, ...options, headers: more });
  const answer = once(outgoing, "response").then(([incoming]) => incoming as IncomingMessage);
  return { outgoing, answer };
}

/** What the application is asked next. */
function listenFor(handler: { take?: (asked: Asked) => void }): Promise<Asked> {
  return new Promise((resolve) => {
    handler.take = resolve;
  });
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** An application that a test plays itself. */
async function startPlayed(context: Parameters<typeof startProxied>[0], plan = {}) {
  const handler: { take?: (asked: Asked) => void } = {};
  const asked = listenFor(handler);
  const proxied = await startProxied(
    context,
    (request, response) => handler.take?.({ request, response }),
    plan,
  );
  return { ...proxied, asked };
}

test("passes events on as they come", async (context) => {
  const { port, asked } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  outgoing.end();
  const { response } = await asked;
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  response.flushHeaders();
  const incoming = await answer;
  for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
    response.write(event);
    const [chunk] = await once(incoming, "data");
    assert.equal(String(chunk), event);
  }
  response.end();
  await once(incoming, "end");
});

test("passes an upload on as it comes", async (context) => {
  const { port, asked } = await startPlayed(context);
  const { outgoing, answer } = start(port, { method: "POST" });
  outgoing.write("first");
  const { request, response } = await asked;
  assert.equal(String((await once(request, "data"))[0]), "first");
  outgoing.end("second");
  assert.equal(await text(request), "second");
  response.end("thanks");
  assert.equal(await text(await answer), "thanks");
});

test("holds the application up while a visitor does not read", async (context) => {
  const { port, asked } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  outgoing.end();
  const { response } = await asked;
  response.flushHeaders();
  const incoming = await answer;
  const written = await writeUntilStuck(response);
  // What fits into the sockets and streams between them.
  assert.ok(written < mostOnTheWay, String(written));
  response.end();
  let read = 0;
  for await (const chunk of incoming) read += (chunk as Buffer).length;
  assert.equal(read, written);
});

test("holds an upload up while the application does not read", async (context) => {
  const { port, asked } = await startPlayed(context);
  const { outgoing, answer } = start(port, { method: "PUT" });
  const written = await writeUntilStuck(outgoing);
  assert.ok(written < mostOnTheWay, String(written));
  outgoing.end();
  const { request, response } = await asked;
  let read = 0;
  for await (const chunk of request) read += (chunk as Buffer).length;
  assert.equal(read, written);
  response.end();
  await answer;
});

const mostOnTheWay = 2 ** 24;

/** How many bytes go in until no more do. */
async function writeUntilStuck(to: Writable): Promise<number> {
  const block = Buffer.alloc(65_536);
  for (let written = block.length; written < 4 * mostOnTheWay; written += block.length) {
    if (to.write(block)) continue;
    const drained = once(to, "drain", { signal: AbortSignal.timeout(300) });
    if ((await drained.catch(() => "stuck")) === "stuck") return written;
  }
  return Number.POSITIVE_INFINITY;
}

function turnOfEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("tells who waits for it to send the body, and nobody who may not", async (context) => {
  const { port, asked } = await startPlayed(context);
  const expecting = { method: "PUT", headers: { expect: "100-continue", "content-length": 4 } };
  const allowed = start(port, expecting);
  allowed.outgoing.flushHeaders();
  await once(allowed.outgoing, "continue");
  allowed.outgoing.end("body");
  const { request, response } = await asked;
  assert.equal(request.headers.expect, undefined);
  response.end(await text(request));
  assert.equal(await text(await allowed.answer), "body");

  const refused = start(port, { ...expecting, headers: { ...expecting.headers, cookie: "" } });
  refused.outgoing.on("continue", () => assert.fail("was told to send the body"));
  refused.outgoing.flushHeaders();
  assert.equal((await refused.answer).statusCode, 401);
  refused.outgoing.destroy();
});

test("gives a visitor the answer of an application that does not read the body", async (context) => {
  const { port, asked } = await startPlayed(context);
  const { outgoing, answer } = start(port, { method: "POST" });
  outgoing.on("error", () => undefined);
  outgoing.write(Buffer.alloc(1000));
  const { response } = await asked;
  response.writeHead(413, { Connection: "close" }).end("too much");
  const incoming = await answer;
  assert.equal(incoming.statusCode, 413);
  assert.equal(await text(incoming), "too much");
  outgoing.destroy();
});

test("leaves off when the visitor goes", async (context) => {
  const { port, asked } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  answer.catch(() => undefined);
  outgoing.on("error", () => undefined).end();
  const { response } = await asked;
  outgoing.destroy();
  await once(response, "close");
  assert.equal(response.writableFinished, false);
});

test("never makes half an answer look whole", async (context) => {
  const { port, asked } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  outgoing.end();
  const { response } = await asked;
  response.write("half");
  const incoming = await answer;
  await once(incoming, "data");
  response.destroy();
  const [error] = await once(incoming, "error");
  assert.equal(error.code, "ECONNRESET");
});

test("ends an event stream with the ticket", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { port, asked, clock } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  outgoing.end();
  const { response } = await asked;
  response.writeHead(200, { "Content-Type": "text/event-stream; charset=utf-8" });
  response.write("data: 1\n\n");
  const incoming = await answer;
  await once(incoming, "data");
  clock.now = now + 100;
  context.mock.timers.tick(1000);
  response.write("data: 2\n\n");
  assert.equal(String((await once(incoming, "data"))[0]), "data: 2\n\n");
  clock.now = now + 101;
  context.mock.timers.tick(1000);
  await once(incoming, "end");
  assert.equal(incoming.complete, true);
  await once(response, "close");
});

test("cuts any other long answer off with the ticket", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { port, asked, clock } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  outgoing.end();
  const { response } = await asked;
  response.write("one row");
  const incoming = await answer;
  await once(incoming, "data");
  clock.now = now + 101;
  context.mock.timers.tick(1000);
  await once(incoming, "error");
  assert.equal(incoming.complete, false);
});

test("cuts an upload off with the ticket, and a request that has no answer yet", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  for (const isWhole of [false, true]) {
    const { port, asked, clock } = await startPlayed(context);
    const { outgoing, answer } = start(port, { method: "POST" });
    outgoing.write("first");
    if (isWhole) outgoing.end();
    const { request, response } = await asked;
    const left = once(response, "close");
    request.on("error", () => undefined).resume();
    clock.now = now + 100;
    context.mock.timers.tick(1000);
    await turnOfEvents();
    assert.equal(response.destroyed, false);
    clock.now = now + 101;
    context.mock.timers.tick(1000);
    await Promise.all([assert.rejects(answer), left]);
  }
});

test("lets an application answer what it was asked before it stopped, and no event stream go on", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { port, asked, gateway } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  outgoing.end();
  const { response } = await asked;
  const stopped = gateway.stop();
  await turnOfEvents();
  context.mock.timers.tick(1000);
  response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
  const incoming = await answer;
  const ended = once(incoming.resume(), "end");
  context.mock.timers.tick(1000);
  await ended;
  assert.equal(incoming.complete, true);
  await turnOfEvents();
  context.mock.timers.tick(1000);
  await stopped;
});

test("ends event streams when it stops", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { port, asked, gateway } = await startPlayed(context);
  const { outgoing, answer } = start(port);
  outgoing.end();
  const { response } = await asked;
  response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
  const incoming = await answer;
  const ended = once(incoming.resume(), "end");
  const stopped = gateway.stop();
  await turnOfEvents();
  context.mock.timers.tick(1000);
  await ended;
  assert.equal(incoming.complete, true);
  await turnOfEvents();
  context.mock.timers.tick(1000);
  await stopped;
});

test("asks once more where the application closes a connection that we kept", async (context) => {
  const known = new WeakSet<Socket>();
  const { port } = await startProxied(context, (request, response) => {
    if (known.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    known.add(request.socket);
    response.end("ok");
  });
  for (const [method, ...statuses] of [
    ["GET", 200, 200, 200],
    // What may change something is never sent twice.
    ["POST", 502, 200, 502],
  ] as const) {
    for (const status of statuses) {
      assert.equal((await ask(port, `${method} / HTTP/1.1`, cookie)).status, status, method);
    }
  }
});

test("logs no cookie, no ticket and no query", async (context) => {
  const { port, lines } = await startProxied(context, (request) => request.socket.destroy());
  assert.equal((await ask(port, "POST /?secret=1 HTTP/1.1", cookie)).status, 502);
  assert.match(lines.join(""), /"upstream":"unix:app\.sock".*the application did not answer/);
  assert.doesNotMatch(lines.join(""), /sig=|sig%3D|auth_pubtkt=|validuntil|secret/i);
});

test("keeps no body that a visitor without a ticket goes on sending", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { port } = await startPlayed(context);
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write("POST / HTTP/1.1\r\nHost: wiki.example.com\r\nContent-Length: 1000000\r\n\r\nabc");
  const [head] = await once(socket, "data");
  assert.match(String(head), /^HTTP\/1\.1 401 /);
  context.mock.timers.tick(5000);
  await once(socket, "close");
});
