import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort } from "./kit/talk.ts";

const script = join(import.meta.dirname, "ask.py");

test("a Python program asks for the session ID of its connection", {
  timeout: 60_000,
}, async (t) => {
  const { a, b, daemonA, daemonB } = await startEnds(t);

  for (const family of [4, 6] as const) {
    await t.test(`over IPv${family} it is the one that the other end sees`, async () => {
      const port = freshPort();
      let other: string | undefined;
      const server = await b.listen(port, async (socket: Socket) => {
        await once(socket, "data");
        other = (await daemonB.session(viewOf(socket)))?.sessionId;
        socket.end("pong");
      });
      const args = [script, b.address(family), String(port), daemonA.controlSocket];
      const asked = await a.must("python3", ...args);
      server.close();
      assert.match(asked, /^23[0-9A-F]{64}\n$/);
      assert.equal(asked, `${other}\n`);
    });
  }

  await t.test("it is None for a connection that tcpcryptd does not know", async () => {
    const port = freshPort();
    // To itself: such connections are left alone.
    const server = await a.listen(port, (socket) => socket.end("pong"));
    const asked = await a.must("python3", script, "127.0.0.1", String(port), daemonA.controlSocket);
    server.close();
    assert.equal(asked, "None\n");
  });
});
