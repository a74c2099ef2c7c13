import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { sendLines } from "../raw-request.ts";

test("sends exactly the bytes it is given, and reads the answer to its end", async (t) => {
  const received: string[] = [];
  const port = await serve(t, (socket) => {
    socket.once("data", (chunk) => {
      received.push(chunk.toString("latin1"));
      socket.end("HTTP/1.1 307 Go\r\nLocation: /next\r\n\r\nLocation: /not");
    });
  });
  const answer = await sendLines(port, ["get \\\xff#? HTTP/1.0", "Host: a", " folded"]);
  assert.deepEqual(received, ["get \\\xff#? HTTP/1.0\r\nHost: a\r\n folded\r\n\r\n"]);
  assert.equal(answer.status, 307);
  assert.equal(answer.location, "/next");
  assert.match(answer.text, /\/not$/);
});

test("a server that hangs up has the status 0", async (t) => {
  const port = await serve(t, (socket) => void socket.once("data", () => socket.end()));
  assert.deepEqual(await sendLines(port, ["x"]), { status: 0, location: undefined, text: "" });
});

async function serve(t: TestContext, answer: (socket: Socket) => void): Promise<number> {
  const server = createServer(answer);
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}
