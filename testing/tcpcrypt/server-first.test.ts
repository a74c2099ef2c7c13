import assert from "node:assert/strict";
import { test } from "node:test";
import { startEnds } from "./kit/ends.ts";
import { freshPort, readBytes, sessionOf } from "./kit/talk.ts";

const greeting = "220 mail.example ready\r\n";

test("a server that speaks first is heard", async (t) => {
  const { a, b, daemonA } = await startEnds(t);
  for (const family of [4, 6] as const) {
    const port = freshPort();
    await b.listen(port, async (socket) => {
      socket.write(greeting);
      const name = await readBytes(socket, 6);
      socket.end(`250 hello ${name}\r\n`);
    });
    const client = await a.connected({ address: b.address(family), port });
    assert.equal((await readBytes(client, greeting.length)).toString(), greeting);
    assert.equal((await sessionOf(daemonA, client)).encrypted, true);
    client.write("my.org");
    assert.equal((await readBytes(client, 18)).toString(), "250 hello my.org\r\n");
  }
});

test("a client that says nothing at all gets its answer", async (t) => {
  const { a, b } = await startEnds(t);
  const port = freshPort();
  await b.listen(port, (socket) => socket.end("17:00:00"), { allowHalfOpen: true });
  const client = await a.connected({ address: b.ipv4, port, allowHalfOpen: true });
  client.end();
  assert.equal((await readBytes(client, 8)).toString(), "17:00:00");
});
