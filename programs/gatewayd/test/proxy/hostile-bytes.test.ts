import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { cookies } from "../sample.ts";
import { ask, echoHeaders, startProxied } from "./proxied.ts";

const whole = [
  "POST /page?a=b HTTP/1.1",
  "Host: wiki.example.com",
  `Cookie: ${cookies}`,
  "Remote-User: root",
  "Connection: close, X-A",
  "Transfer-Encoding: chunked",
  "",
  "5\r\nhello",
  "0\r\n\r\nGET /admin HTTP/1.1\r\nHost: wiki.example.com\r\nRemote-User: root\r\n\r\n",
].join("\r\n");

/** The request with some of it changed to what parsers stumble over. */
const damaged = fc
  .array(
    fc.record({
      at: fc.nat(whole.length),
      drop: fc.nat(12),
      put: fc.oneof(
        fc.constantFrom("\r", "\n", "\r\n", "\r\n\r\n", "\0", " ", "\t", ":", ",", ";", "\x80"),
        fc.constantFrom("Content-Length: 3\r\n", "Upgrade: websocket\r\n", "HTTP/1.0", "chunked"),
        fc.string({ maxLength: 5 }),
      ),
    }),
    { maxLength: 4 },
  )
  .map((changes) =>
    changes.reduce(
      (text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop),
      whole,
    ),
  );

test("no bytes make it fall over, or pass somebody off as somebody else", async (context) => {
  const users = new Set<string>();
  const { port } = await startProxied(context, (request, response) => {
    users.add(String(request.headers["remote-user"]));
    request.resume();
    response.end();
  });
  await fc.assert(
    fc.asyncProperty(damaged, fc.nat(whole.length), async (text, cut) => {
      await send(port, [text.slice(0, cut), text.slice(cut)]);
    }),
    { numRuns: 1000 },
  );
  assert.deepEqual([...users], ["ada"]);
  const { status } = await ask(port, "GET / HTTP/1.1", `Cookie: ${cookies}`);
  assert.equal(status, 200);
});

/** Sends the pieces, and leaves when something comes back or all is sent. */
function send(port: number, pieces: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined).on("close", () => resolve());
    socket.on("data", () => socket.destroy());
    for (const piece of pieces) socket.write(piece, "latin1");
    socket.end();
  });
}

test("an application that talks nonsense takes nothing down with it", async (context) => {
  const { port, folder } = await startProxied(context, echoHeaders, {
    proxy: { upstream: "unix:odd.sock" },
  });
  let answer = "";
  const server = createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end(answer, "latin1"));
  });
  await new Promise<void>((resolve) => server.listen(`${folder}/odd.sock`, resolve));
  context.after(() => server.close());
  const sane =
    "HTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
  const change = fc.tuple(fc.nat(sane.length), fc.nat(9), fc.string({ maxLength: 4 }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 3 }), async (changes) => {
      answer = changes.reduce(
        (text, [at, drop, put]) => text.slice(0, at) + put + text.slice(at + drop),
        sane,
      );
      const { status } = await ask(port, "GET / HTTP/1.1", `Cookie: ${cookies}`);
      assert.ok(status >= 200 || status === 0, `${status}`);
    }),
    { numRuns: 300 },
  );
  answer = sane;
  assert.equal((await ask(port, "GET / HTTP/1.1", `Cookie: ${cookies}`)).status, 200);
});
