import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { startEnds } from "./kit/ends.ts";
import { freshPort, readBytes, sessionOf } from "./kit/talk.ts";

const times = 30;

test("a client may use one port again and again", async (t) => {
  const { a, b, daemonA } = await startEnds(t);
  const port = freshPort();
  const localPort = 23_456;
  const seen: string[] = [];
  // The server ends first, so that its side remembers the connection and the client's need not.
  await b.listen(port, (socket) => {
    socket
      .on("error", () => {})
      .once("data", (words) => {
        seen.push(String(words));
        socket.end(words);
      });
  });

  for (const family of [4, 6] as const) {
    const ids = new Set<string | undefined>();
    for (let time = 0; time < times; time++) {
      const client = await a.connected({ address: b.address(family), port, localPort });
      const words = `connection ${time}`;
      client.write(words);
      assert.equal((await readBytes(client, words.length)).toString(), words);
      assert.equal(client.localPort, localPort);
      const { encrypted, sessionId } = await sessionOf(daemonA, client);
      assert.equal(encrypted, true);
      ids.add(sessionId);
      client.resume();
      await once(client, "close");
    }
    assert.equal(ids.size, times);
  }
  assert.equal(seen.length, 2 * times);
});
