import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type TestContext, test } from "node:test";
import { WebSocket, WebSocketServer } from "ws";
import type { CountersignOptions } from "../src/options.ts";
import { closeWithTicket, countersign } from "../src/websocket.ts";
import { listen, readAnswer, send } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const start = 1_800_000_000;
const site = { origin: "http://a.example", publicKey };
const cookie = cookieWith({ validUntil: start + 90, graceAfter: start + 30 });

/** A server whose WebSockets greet their visitor, and a clock that stands still until told to go on. */
async function startServer(context: TestContext, options: Partial<CountersignOptions> = {}) {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: start * 1000 });
  const sockets = new WebSocketServer({ noServer: true });
  // A mocked timer that is cleared in the next test would take one of that test's with it.
  context.after(() => Promise.all([...sockets.clients].map(ended)));
  sockets.on("connection", (socket, { identity, headers }) => {
    socket.send(`${identity?.user ?? "nobody"} ${headers.cookie ?? ""}`);
  });
  const server = createServer();
  server.on("upgrade", countersign({ ...site, ...options }, sockets));
  const port = await listen(context, server);
  const open = (headers: Record<string, string>) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, {
      headers: { host: "a.example", ...headers },
    });
    context.after(() => socket.terminate());
    return socket;
  };
  const pass = (seconds: number) => {
    for (let left = seconds; left > 0; left -= 1) context.mock.timers.tick(1_000);
  };
  return { port, sockets, open, pass };
}

async function ended(client: WebSocket): Promise<void> {
  const gone = once(client, "close");
  client.terminate();
  await gone;
}

/** The status of the answer in place of a WebSocket. */
async function refusalOf(socket: WebSocket): Promise<number> {
  socket.on("error", () => undefined);
  const [, response] = await once(socket, "unexpected-response");
  return response.statusCode;
}

const upgrade = [
  "GET / HTTP/1.1",
  "Host: a.example",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

test("opens a WebSocket for who has a ticket", async (context) => {
  const { open } = await startServer(context);
  const [greeting] = await once(open({ cookie }), "message");
  assert.equal(String(greeting), `ada ${cookie}`);
});

test("tells a program why it gets none", async (context) => {
  const { port } = await startServer(context, { loginUrl: "https://sso.example/login" });
  const { status, headers, body } = readAnswer(await send(port, upgrade));
  assert.equal(status, 401);
  assert.equal(headers["content-type"], "application/problem+json");
  assert.equal(JSON.parse(body).reason, "no-ticket");
});

const origins = {
  "http://a.example": undefined,
  "https://friend.example": undefined,
  "https://a.example": 403,
  "http://evil.example": 403,
  "http://a.example.evil.example": 403,
  null: 403,
} satisfies Record<string, 403 | undefined>;

for (const [origin, status] of Object.entries(origins)) {
  test(`a script of ${origin} gets ${status ?? "a WebSocket"}`, async (context) => {
    const { open } = await startServer(context, { corsOrigins: ["https://friend.example"] });
    const socket = open({ cookie, origin });
    if (status === undefined) await once(socket, "open");
    else assert.equal(await refusalOf(socket), status);
  });
}

test("refuses who lacks the right, a wrong host, and odd headers", async (context) => {
  const { open } = await startServer(context, { anyOfTokens: ["staff"] });
  assert.equal(await refusalOf(open({ cookie })), 403);
  assert.equal(await refusalOf(open({ cookie, host: "b.example" })), 400);
  assert.equal(await refusalOf(open({ cookie, remote_user: "root" })), 400);
});

test("closes with 4401 when the ticket ends, and not when its grace period begins", async (context) => {
  const { open, pass, sockets } = await startServer(context, { hideTicket: true });
  const socket = open({ cookie });
  const [greeting] = await once(socket, "message");
  assert.equal(String(greeting), "ada ");
  pass(90);
  assert.equal([...sockets.clients][0]?.readyState, WebSocket.OPEN);
  const closed = once(socket, "close");
  pass(1);
  const [code, reason] = await closed;
  assert.equal(code, 4401);
  assert.equal(String(reason), "ticket ended");
});

test("closes within a minute when the sign-in becomes too old", async (context) => {
  const signInId = `${(start - 50).toString(36)}-AAAAAAAAAAAA`;
  const fields = { validUntil: start + 9_999, issuedAt: start, signInId };
  const { open, pass } = await startServer(context, { maxSignInAgeSeconds: 60 });
  const socket = open({ cookie: cookieWith(fields) });
  await once(socket, "open");
  const closed = once(socket, "close");
  pass(60);
  assert.equal((await closed)[0], 4401);
});

test("leaves the WebSockets alone of whom nobody asks for a ticket", async (context) => {
  const { open, pass, sockets } = await startServer(context, { access: "optional" });
  const [greeting] = await once(open({}), "message");
  assert.equal(String(greeting), "nobody ");
  pass(300);
  assert.equal([...sockets.clients][0]?.readyState, WebSocket.OPEN);
});

test("has no timer left for a WebSocket that is gone", async (context) => {
  const { open, pass, sockets } = await startServer(context);
  const socket = open({ cookie });
  await once(socket, "open");
  const [held] = [...sockets.clients];
  assert.ok(held);
  const closing = context.mock.method(held, "close");
  const gone = once(held, "close");
  socket.terminate();
  await gone;
  pass(120);
  assert.equal(closing.mock.callCount(), 0);
});

test("refuses a WebSocketServer that answers upgrades itself", (context) => {
  const sockets = new WebSocketServer({ server: createServer() });
  context.after(() => sockets.close());
  assert.throws(() => countersign(site, sockets), { name: "TypeError", message: /noServer/ });
});

test("closes a WebSocket that a framework opened when the ticket ends", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: start * 1000 });
  const closed: unknown[] = [];
  const identity = { user: "ada", tokens: [], userData: undefined, multifactor: false };
  const close = (code: number, reason: string) => void closed.push(code, reason);
  closeWithTicket({ close }, { ...identity, validUntil: start + 30 });
  context.mock.timers.tick(30_000);
  assert.deepEqual(closed, []);
  context.mock.timers.tick(1_000);
  assert.deepEqual(closed, [4401, "ticket ended"]);
});
