import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { waitUntil } from "../kit/wait-until.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort, readBytes } from "./kit/talk.ts";

const times = 30;

test("a client may use one port again and again", async (t) => {
  const { a, b, daemonA } = await startEnds(t);
  const watch = await daemonA.watch();
  const port = freshPort();
  const localPort = 23_456;
  const seen: string[] = [];
  // The server ends first, so that its side remembers the connection and the client's need not.
  await b.listen(port, (socket) => {
    socket.once("data", (words) => {
      seen.push(String(words));
      socket.end(words);
    });
  });

  for (const family of [4, 6] as const) {
    const known = watch.opened.length;
    for (let time = 0; time < times; time++) {
      const client = await a.connected({ address: b.address(family), port, localPort });
      const words = `connection ${time}`;
      client.write(words);
      assert.equal((await readBytes(client, words.length)).toString(), words);
      assert.equal(client.localPort, localPort);
      client.resume();
      await once(client, "close");
    }
    assert(await waitUntil(() => watch.opened.length === known + times, 5000));
    const opened = watch.opened.slice(known);
    assert(opened.every(({ local }) => local.port === localPort));
    assert.equal(new Set(opened.map(({ sessionId = "" }) => sessionId)).size, times);
  }
  assert.equal(seen.length, 2 * times);
  watch.stop();
});

test("so may tcpcryptd, while the server's host still remembers the connection before", async (t) => {
  const { a, b, daemonA } = await startEnds(t);
  const watch = await daemonA.watch();
  // Fewer ports than connections: each end of a connection takes one.
  await a.sysctl({ "net.ipv4.ip_local_port_range": "50000 50020" });
  const port = freshPort();
  await b.listen(port, (socket) => {
    socket.once("data", (words) => socket.end(words));
  });

  for (const family of [4, 6] as const) {
    for (let time = 0; time < times; time++) {
      const client = await a.connected({ address: b.address(family), port });
      client.write("hello");
      assert.equal((await readBytes(client, 5)).toString(), "hello");
      client.resume();
      await once(client, "close");
    }
  }
  assert(await waitUntil(() => watch.opened.length === 2 * times, 5000));
  assert.deepEqual(
    watch.opened.filter(({ encrypted }) => !encrypted),
    [],
  );
  watch.stop();
});
