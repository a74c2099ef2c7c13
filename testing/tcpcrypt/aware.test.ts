import assert from "node:assert/strict";
import { test } from "node:test";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, endingOf, freshPort, openTalk } from "./kit/talk.ts";

test("both ends see whether the other's application knows of the encryption", async (t) => {
  const ends = await startEnds(t, {
    a: { outgoing: [{ ports: "all", aware: true }] },
    b: { incoming: [{ ports: "all" }] },
  });
  const talk = await openTalk(ends.a, ends.b);
  const { a, b } = await assertEncrypted(ends, talk);
  assert.deepEqual(a.aware, { local: true, remote: false });
  assert.deepEqual(b.aware, { local: false, remote: true });
});

test("one that asks for awareness talks to those who have it", async (t) => {
  const ends = await startEnds(t, {
    a: { outgoing: [{ ports: "all", mode: "required-aware" }] },
    b: { incoming: [{ ports: "all", aware: true }] },
  });
  const talk = await openTalk(ends.a, ends.b);
  const { a, b } = await assertEncrypted(ends, talk);
  assert.deepEqual(a.aware, { local: true, remote: true });
  assert.deepEqual(b.aware, { local: true, remote: true });
});

for (const [who, plan] of Object.entries({
  client: {
    a: { outgoing: [{ ports: "all" as const, mode: "required-aware" as const }] },
    b: { incoming: [{ ports: "all" as const }] },
  },
  server: {
    a: { outgoing: [{ ports: "all" as const }] },
    b: { incoming: [{ ports: "all" as const, mode: "required-aware" as const }] },
  },
})) {
  test(`a ${who} that asks for awareness talks to nobody without`, async (t) => {
    const { a, b } = await startEnds(t, plan);
    const port = freshPort();
    const heard: string[] = [];
    await b.listen(port, (socket) => {
      socket.on("data", (bytes) => heard.push(String(bytes)));
    });
    const client = a.connect({ address: b.ipv4, port });
    client.write("is anybody aware?");
    const { ended, code } = await endingOf(client);
    assert.equal(ended, false);
    assert.match(code ?? "", /^(ECONNRESET|ECONNREFUSED)$/);
    assert.deepEqual(heard, []);
  });
}
