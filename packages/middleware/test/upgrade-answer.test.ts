import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { refuseUpgrade } from "../src/upgrade-answer.ts";

const answer = {
  status: 403,
  headers: [["Cache-Control", "no-store"]],
  body: "für niemanden\n",
} as const;

/** The server's and the client's end of a connection. */
async function connection(context: TestContext) {
  const server = createServer();
  context.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const client = connect((server.address() as { port: number }).port, "127.0.0.1");
  context.after(() => client.destroy());
  const [socket] = (await once(server, "connection")) as [Socket];
  context.after(() => socket.destroy());
  return { client, socket };
}

test("answers in plain HTTP, and closes", async (context) => {
  const { client, socket } = await connection(context);
  refuseUpgrade(socket, answer);
  client.setEncoding("utf8");
  let text = "";
  for await (const chunk of client) text += chunk;
  const lines = [
    "HTTP/1.1 403 Forbidden",
    "Cache-Control: no-store",
    "Content-Length: 15",
    "Connection: close",
    "",
    "für niemanden\n",
  ];
  assert.equal(text, lines.join("\r\n"));
});

test("survives a visitor who is gone", async (context) => {
  const { client, socket } = await connection(context);
  client.resetAndDestroy();
  refuseUpgrade(socket, answer);
  socket.emit("error", new Error("read ECONNRESET"));
  if (!socket.closed) await once(socket, "close");
  assert.equal(socket.destroyed, true);
});

test("leaves a visitor who does not read", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { client, socket } = await connection(context);
  client.pause();
  // More than fits into both ends' buffers.
  refuseUpgrade(socket, { ...answer, body: "x".repeat(64 * 2 ** 20) });
  context.mock.timers.tick(5_000);
  assert.equal(socket.destroyed, true);
});
