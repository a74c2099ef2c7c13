import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { cookies } from "../sample.ts";
import { ask } from "./proxied.ts";
import { startRaw } from "./raw-application.ts";

const cookie = `Cookie: ${cookies}`;
const handshake = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];

test("passes on no phrase of the application's, and has room for the next visitor", async (context) => {
  const answer = "HTTP/1.1 200 O\x01\x80K\r\nContent-Length: 2\r\n\r\nok";
  const { port } = await startRaw(context, answer, { proxy: { upstreamConnections: 1 } });
  for (let round = 0; round < 3; round += 1) {
    const { status, head, body } = await ask(port, "GET / HTTP/1.1", cookie);
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.equal(status, 200);
    assert.equal(body, "ok");
  }
});

test("says of no answer without a body how long that is", async (context) => {
  const { port } = await startRaw(context, "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
  const { status, headers } = await ask(port, "GET / HTTP/1.1", cookie);
  assert.equal(status, 204);
  assert.equal(headers["content-length"], undefined);
});

const upgrade = (protocol: string) =>
  `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n${protocol}Content-Length: 5\r\n\r\n`;

test("does not say it of a WebSocket, either", async (context) => {
  const { port } = await startRaw(context, `${upgrade("Upgrade: WebSocket\r\n")}\x88\x00`);
  const socket = connect(port, "127.0.0.1");
  const lines = ["GET / HTTP/1.1", "Host: wiki.example.com", ...handshake, cookie, "", ""];
  socket.write(lines.join("\r\n"));
  const [head] = await once(socket, "data");
  assert.match(String(head), /^HTTP\/1\.1 101 /);
  assert.doesNotMatch(String(head), /content-length/i);
  socket.destroy();
});

for (const protocol of ["", "Upgrade: h2c\r\n", "Upgrade: websocket, h2c\r\n"]) {
  test(`switches to no other protocol (${JSON.stringify(protocol)})`, async (context) => {
    const { port } = await startRaw(context, upgrade(protocol));
    for (const headers of [handshake, []]) {
      assert.equal((await ask(port, "GET / HTTP/1.1", cookie, ...headers)).status, 502);
    }
  });
}
