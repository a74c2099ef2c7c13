import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket } from "@countersign/ticket";
import { WebSocket, WebSocketServer } from "ws";
import { atEnd } from "../kit/cleanup.ts";
import { createClock } from "../kit/clock.ts";
import { copyExample } from "../kit/configuration.ts";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { makeCertificate } from "../kit/openssl.ts";
import { runGateway } from "../kit/programs.ts";
import { request } from "../kit/request.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { createTestIssuer } from "./tickets.ts";

const start = 1_800_000_000;
const host = "wiki.example.com";

test("gatewayd with TLS serves pages, and keeps the ticket to itself", async (t) => {
  const { port, certificate, cookie } = await startSite(t, ({ headers }, response) => {
    response.end(JSON.stringify(headers));
  });
  const ask = (headers: Readonly<Record<string, string>>) =>
    request({ port, host: `${host}:${port}`, path: "/", headers, certificate });
  const allowed = await ask({ cookie: `a=1; ${cookie}` });
  assert.equal(allowed.status, 200);
  const seen = JSON.parse(allowed.body);
  assert.equal(seen["remote-user"], "ada");
  assert.equal(seen.cookie, "a=1");
  assert.equal(seen["x-forwarded-proto"], "https");
  assert.equal((await ask({ accept: "text/html" })).status, 307);
});

test("gatewayd with TLS carries WebSockets until the ticket ends", async (t) => {
  const site = await startSite(t);
  // Compressed, in fragments, and longer than any buffer on the way.
  const socketServer = new WebSocketServer({ server: site.server, perMessageDeflate: true });
  const whose = new Promise((resolve) => {
    socketServer.on("connection", (socket, { headers }) => {
      resolve(headers["remote-user"]);
      socket.on("message", (message, isBinary) => socket.send(message, { binary: isBinary }));
    });
  });
  const socket = open(t, site);
  await once(socket, "open");
  assert.equal(await whose, "ada");
  const [applicationSide] = socketServer.clients;
  for (const length of [0, 1, 125, 126, 65_535, 65_536, 3_000_000]) {
    const message = Buffer.alloc(length, `${length}`);
    socket.send(message);
    assert.deepEqual((await once(socket, "message"))[0], message);
  }
  socket.send("half", { fin: false });
  socket.send("whole", { fin: true });
  assert.equal(String((await once(socket, "message"))[0]), "halfwhole");

  site.clock.advance(61);
  const closings = [once(socket, "close"), once(applicationSide as WebSocket, "close")];
  for (const closing of closings) {
    const [code, reason] = await closing;
    assert.equal(code, 4401);
    assert.equal(String(reason), "sign-in required");
  }
});

test("gatewayd with TLS closes a WebSocket in the midst of traffic without breaking a message", async (t) => {
  const site = await startSite(t);
  const socketServer = new WebSocketServer({ server: site.server });
  const message = Buffer.alloc(100_000, "x");
  socketServer.on("connection", (socket) => {
    const send = () => socket.send(message, (error) => error ?? setImmediate(send));
    send();
  });
  const socket = open(t, site);
  socket.on("message", (data) => assert.deepEqual(data, message));
  await once(socket, "message");
  site.clock.advance(61);
  const [code] = await once(socket, "close");
  assert.equal(code, 4401);
});

test("gatewayd with TLS opens WebSockets for pages of the origins that it was told", async (t) => {
  const site = await startSite(t);
  new WebSocketServer({ server: site.server });
  const statusFor = async (origin: string) => {
    const socket = open(t, site, origin);
    const refused = once(socket, "unexpected-response").then(([, { statusCode }]) => statusCode);
    return Promise.race([refused, once(socket, "open").then(() => 101)]);
  };
  assert.equal(await statusFor(`https://${host}:${site.port}`), 101);
  assert.equal(await statusFor("https://app.example.com"), 101);
  assert.equal(await statusFor("https://evil.example"), 403);
});

type Site = Awaited<ReturnType<typeof startSite>>;

/** A WebSocket with a ticket that is good for a minute. */
function open(t: TestContext, site: Site, origin?: string): WebSocket {
  const { port, certificate: ca, cookie } = site;
  const headers = { host: `${host}:${port}`, cookie };
  const options = { ca, servername: host, headers, ...(origin === undefined ? {} : { origin }) };
  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, options);
  socket.on("error", () => undefined);
  atEnd(t, () => socket.terminate());
  return socket;
}

async function startSite(t: TestContext, handler: RequestListener = (_, { destroy }) => destroy()) {
  const issuer = createTestIssuer();
  const clock = createClock(start);
  const folder = temporaryFolder(t);
  const server = createServer(handler);
  atEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const port = await freeLoopbackPort();
  const { certificateFile, keyFile } = makeCertificate(folder, host);
  writeFileSync(join(folder, "ticket.pub.pem"), issuer.publicKey);
  copyExample("proxy-with-tls", folder, {
    HOST: host,
    PORT: String(port),
    APPLICATION_PORT: String((server.address() as AddressInfo).port),
    DOMAIN: "example.com",
    LOGIN_URL: "https://sso.example.com/login",
    PUBLIC_KEY: join(folder, "ticket.pub.pem"),
    CERTIFICATE: certificateFile,
    CERTIFICATE_KEY: keyFile,
  });
  await runGateway(t, { settingsFile: join(folder, "gateway.yaml"), now: clock.now });
  const ticket = issuer.issue({ uid: "ada", validUntil: start + 60 });
  const certificate = readFileSync(certificateFile, "utf8");
  return { port, server, certificate, clock, cookie: `auth_pubtkt=${encodeTicket(ticket)}` };
}
