import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { createHttpServer, httpLimits } from "../src/http-server.ts";
import type { Answer } from "../src/routes.ts";

async function listening(context: TestContext, answer: Answer): Promise<number> {
  const server = createHttpServer(() => "https://sso.example.com", answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(bytes);
  let answer = "";
  for await (const piece of socket) answer += piece;
  return answer;
}

test("every limit is set on the server", () => {
  const server = createHttpServer(
    () => "https://sso.example.com",
    async () => new Response(),
  );
  assert.equal(server.headersTimeout, httpLimits.headersMilliseconds);
  assert.equal(server.requestTimeout, httpLimits.requestMilliseconds);
  assert.equal(server.keepAliveTimeout, httpLimits.keepAliveMilliseconds);
  assert.equal(server.maxHeadersCount, httpLimits.headers);
  assert.equal(server.maxRequestsPerSocket, httpLimits.requestsPerConnection);
  assert.equal(server.maxConnections, httpLimits.connections);
});

test("the request has the public origin, whatever Host says, and all of its headers", async (context) => {
  const seen: string[] = [];
  const port = await listening(context, async (request, peer) => {
    seen.push(request.url, request.headers.get("x-forwarded-for") ?? "", peer ?? "");
    return new Response(null, { status: 204 });
  });
  await exchange(
    port,
    "GET /a%2fb?c=d HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-For: 1\r\nX-Forwarded-For: 2\r\nConnection: close\r\n\r\n",
  );
  assert.deepEqual(seen, ["https://sso.example.com/a%2fb?c=d", "1, 2", "127.0.0.1"]);
});

test("a connection that was reset is nobody's, least of all a trusted proxy's", async (context) => {
  const peers: (string | undefined)[] = [];
  const port = await listening(context, async (_request, peer) => {
    peers.push(peer);
    return new Response(null, { status: 204 });
  });
  for (let count = 0; count < 50; count++) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n", () => socket.resetAndDestroy());
    await once(socket, "close");
  }
  await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.ok(peers.length > 0);
  assert.deepEqual(new Set(peers), new Set(["127.0.0.1"]));
});

test("several cookies stay several headers, and the length is told", async (context) => {
  const port = await listening(context, async () => {
    const headers = new Headers([
      ["set-cookie", "a=1; Path=/"],
      ["set-cookie", "b=2"],
    ]);
    return new Response("hello", { headers });
  });
  const answer = await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.match(answer, /set-cookie: a=1; Path=\/\r\nset-cookie: b=2\r\n/);
  assert.match(answer, /content-length: 5\r\n[\s\S]*\r\n\r\nhello$/);
});

test("a body that nobody reads ends the connection", { timeout: 5_000 }, async (context) => {
  const port = await listening(context, async () => new Response("no", { status: 405 }));
  const head = "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n";
  const answer = await exchange(port, head + "x".repeat(1000));
  assert.match(answer, /^HTTP\/1\.1 405 [\s\S]*connection: close\r\n[\s\S]*\r\n\r\nno$/i);
});

test("after a body that was read the connection goes on", async (context) => {
  const port = await listening(context, async (request) => new Response(await request.text()));
  const post = (more: string) =>
    `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n${more}\r\nabc`;
  const answer = await exchange(port, post("") + post("Connection: close\r\n"));
  assert.equal(answer.split("\r\n\r\nabc").length, 3);
});

test("an answer that fails ends the connection and says nothing", async (context) => {
  const port = await listening(context, () => Promise.reject(new Error("secret")));
  const answer = await exchange(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").catch(() => "");
  assert.equal(answer, "");
});
