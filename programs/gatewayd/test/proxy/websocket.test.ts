import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type TestContext, test } from "node:test";
import { closeFrame } from "../../src/proxy/websocket-frames.ts";
import { cookies, now } from "../sample.ts";
import { frame } from "./frames.ts";
import { ask, type ProxyPlan, startProxied } from "./proxied.ts";

const handshake = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const cookie = `Cookie: ${cookies}`;
const accepted =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nX-Own: 1\r\n\r\n";

/** An application that agrees to every WebSocket, and where its ends are. */
async function startWebSockets(context: TestContext, plan: ProxyPlan = {}) {
  const proxied = await startProxied(
    context,
    (_request, response) => response.writeHead(426).end("WebSockets only"),
    plan,
  );
  const opened = once(proxied.application, "upgrade") as Promise<[IncomingMessage, Duplex, Buffer]>;
  proxied.application.on("upgrade", (_request, socket: Duplex) => {
    socket.on("error", () => undefined).once("end", () => socket.end());
    context.after(() => socket.destroy());
    socket.write(accepted);
  });
  return { ...proxied, opened };
}

/** Opens a WebSocket; gives the connection and the head of the answer. */
async function open(port: number, ...headers: readonly string[]): Promise<[Socket, string]> {
  const lines = ["GET /live HTTP/1.1", "Host: wiki.example.com", ...handshake, cookie, ...headers];
  const socket = connect(port, "127.0.0.1");
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  return [socket, String((await once(socket, "data"))[0])];
}

/** The next `length` bytes. */
async function take(socket: Duplex, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let size = 0; size < length; ) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks);
}

/** All that comes until the other end closes. */
async function rest(socket: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(socket, "end");
  return Buffer.concat(chunks);
}

test("opens a WebSocket for who may come in, and says who it is", async (context) => {
  const { port, opened } = await startWebSockets(context);
  const [socket, head] = await open(port, "Remote-User: root");
  assert.match(
    head,
    /^HTTP\/1\.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n/,
  );
  assert.match(head, /\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/);
  assert.match(head, /\r\nX-Own: 1\r\n/);
  const [{ headers, url }, application] = await opened;
  assert.equal(url, "/live");
  assert.equal(headers["remote-user"], "ada");
  assert.equal(headers["sec-websocket-key"], "dGhlIHNhbXBsZSBub25jZQ==");
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
  const [there, back] = [frame({ length: 70_000, isMasked: true }), frame({ length: 3 })];
  socket.write(there);
  assert.deepEqual(await take(application, there.length), there);
  application.write(back);
  assert.deepEqual(await take(socket, back.length), back);
  socket.destroy();
});

test("passes on what was sent together with the handshake", async (context) => {
  const { port, opened } = await startWebSockets(context);
  const early = frame({ length: 5, isMasked: true });
  const socket = connect(port, "127.0.0.1");
  const lines = ["GET / HTTP/1.1", "Host: wiki.example.com", ...handshake, cookie, "", ""];
  socket.write(Buffer.concat([Buffer.from(lines.join("\r\n")), early]));
  const [, application] = await opened;
  assert.deepEqual(await take(application, early.length), early);
  socket.destroy();
});

test("tells a program why it may not open one", async (context) => {
  const { port } = await startWebSockets(context);
  const { status, headers, body } = await ask(port, "GET / HTTP/1.1", ...handshake);
  assert.equal(status, 401);
  assert.equal(headers["content-type"], "application/problem+json");
  assert.equal(headers.connection, "close");
  assert.equal(JSON.parse(body).reason, "no-ticket");
});

test("opens one for the site's own pages and those of named origins, and for no other page", async (context) => {
  const corsOrigins = ["https://app.example.com"];
  const { port } = await startWebSockets(context, { site: { corsOrigins } });
  const statuses = {
    "http://wiki.example.com": 101,
    "https://app.example.com": 101,
    "https://wiki.example.com": 403,
    "http://wiki.example.com.evil.example": 403,
    "http://evil.example": 403,
    null: 403,
  };
  for (const [origin, status] of Object.entries(statuses)) {
    const [socket, head] = await open(port, `Origin: ${origin}`);
    assert.match(head, new RegExp(`^HTTP/1\\.1 ${status} `), origin);
    socket.destroy();
  }
});

test("hangs up on a program that was refused and stays", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { port } = await startWebSockets(context);
  const socket = connect({ port, allowHalfOpen: true });
  const lines = ["GET / HTTP/1.1", "Host: wiki.example.com", ...handshake, "", ""];
  socket.write(lines.join("\r\n"));
  assert.match(String((await once(socket, "data"))[0]), /^HTTP\/1\.1 401 /);
  await once(socket, "end");
  socket.on("error", () => undefined);
  context.mock.timers.tick(5000);
  // The system tells of a connection that is gone when something is written to it again.
  while (!socket.destroyed) {
    socket.write("still there?");
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test("opens none for a request with a body", async (context) => {
  const { port } = await startWebSockets(context);
  for (const header of ["Content-Length: 5", "Transfer-Encoding: chunked"]) {
    const { status } = await ask(port, "GET / HTTP/1.1", cookie, ...handshake, header);
    assert.ok(status === 400 || status === 0, `${header}: ${status}`);
  }
});

test("opens none on a connection beyond the limit", async (context) => {
  const { port } = await startWebSockets(context, { more: { limits: { connections: 1 } } });
  const [first] = await open(port);
  const [second, head] = await open(port);
  assert.match(head, /^HTTP\/1\.1 503 /);
  first.destroy();
  second.destroy();
});

test("passes on the answer of an application that wants no WebSocket", async (context) => {
  const { port } = await startProxied(context, (_request, response) => {
    response.writeHead(426, { Upgrade: "websocket", "X-Own": "1" }).end("z".repeat(300_000));
  });
  const { status, headers, body } = await ask(port, "GET / HTTP/1.1", cookie, ...handshake);
  assert.equal(status, 426);
  assert.equal(headers["x-own"], "1");
  assert.equal(body.replaceAll(/[^z]/g, "").length, 300_000);
});

test("answers requests for other protocols as if they had not asked", async (context) => {
  const { port } = await startWebSockets(context);
  const h2c = ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABk"];
  const { status, body } = await ask(port, "GET / HTTP/1.1", cookie, ...h2c);
  assert.equal(status, 426);
  assert.match(body, /WebSockets only/);
});

test("answers 502 where an application is down", async (context) => {
  const proxy = { upstream: "unix:nobody.sock" };
  const { port } = await startProxied(context, () => undefined, { proxy });
  assert.equal((await ask(port, "GET / HTTP/1.1", cookie, ...handshake)).status, 502);
});

test("closes a WebSocket with 4401 when the ticket ends, at both ends", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { port, opened, clock } = await startWebSockets(context);
  const [socket] = await open(port);
  const [, application] = await opened;
  clock.now = now + 101;
  const closings = [rest(socket), rest(application)];
  context.mock.timers.tick(1000);
  const [toVisitor, toApplication] = await Promise.all(closings);
  assert.deepEqual(toVisitor, Buffer.from(closeFrame(4401, "sign-in required")));
  const maskingKey = toApplication?.subarray(2, 6);
  assert.deepEqual(toApplication, Buffer.from(closeFrame(4401, "sign-in required", maskingKey)));
});

test("lets the frame under way end before it closes", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { port, opened, clock } = await startWebSockets(context);
  const [socket] = await open(port);
  const [, application] = await opened;
  const long = frame({ length: 1000 });
  application.write(long.subarray(0, 500));
  await take(socket, 500);
  clock.now = now + 101;
  context.mock.timers.tick(1000);
  const closing = rest(socket);
  application.write(Buffer.concat([long.subarray(500), frame({ length: 7 })]));
  const last = Buffer.from(closeFrame(4401, "sign-in required"));
  assert.deepEqual(await closing, Buffer.concat([long.subarray(500), last]));
});

test("cuts a WebSocket whose frame does not end", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const { port, opened, clock } = await startWebSockets(context);
  const [socket] = await open(port);
  const [, application] = await opened;
  application.write(frame({ length: 1000 }).subarray(0, 500));
  await take(socket, 500);
  clock.now = now + 101;
  const closed = once(socket, "close");
  socket.on("error", () => undefined).resume();
  context.mock.timers.tick(1000);
  context.mock.timers.tick(2000);
  await closed;
});

test("says that it is going away when it stops", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { port, gateway } = await startWebSockets(context);
  const [socket] = await open(port);
  const closing = rest(socket);
  const stopped = gateway.stop();
  await new Promise((resolve) => setImmediate(resolve));
  context.mock.timers.tick(1000);
  assert.deepEqual(await closing, Buffer.from(closeFrame(1001, "going away")));
  socket.destroy();
  context.mock.timers.reset();
  await stopped;
});

test("closes either end when the other has gone", async (context) => {
  const { port, opened, application: server } = await startWebSockets(context);
  const [socket] = await open(port);
  const [, application] = await opened;
  application.resume();
  socket.destroy();
  await once(application, "close");
  const again = once(server, "upgrade");
  const [second] = await open(port);
  const [, other] = await again;
  other.destroy();
  await once(second.resume(), "close");
});

test("counts no WebSocket among the requests that an application may have", async (context) => {
  const { port } = await startWebSockets(context, { proxy: { upstreamConnections: 1 } });
  const sockets = [await open(port), await open(port), await open(port)];
  for (const [socket, head] of sockets) {
    assert.match(head, /^HTTP\/1\.1 101 /);
    socket.destroy();
  }
});
