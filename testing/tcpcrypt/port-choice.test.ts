import assert from "node:assert/strict";
import { test } from "node:test";
import { createPair } from "../kit/namespaces/network.ts";
import { startDaemon, viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, freshPort, openTalk } from "./kit/talk.ts";

test("ports of protocols that encrypt themselves are left alone", async (t) => {
  const ends = await startEnds(t);
  for (const port of [22, 443, 993]) {
    const { client, server } = await openTalk(ends.a, ends.b, { port });
    assert.equal(await ends.daemonA.session(viewOf(client)), null);
    assert.equal(await ends.daemonB.session(viewOf(server)), null);
    client.destroy();
  }
  const talk = await openTalk(ends.a, ends.b, { port: 80 });
  await assertEncrypted(ends, talk);
  talk.client.destroy();
});

test("the first rule that matches counts", async (t) => {
  const chosen = freshPort();
  const others = freshPort();
  const { a, b } = createPair(t);
  const [daemonA, daemonB] = await Promise.all([
    startDaemon(t, a, {
      outgoing: [
        { ports: [chosen], destinations: ["198.51.100.0/24", "2001:db8::2"] },
        { ports: [chosen], mode: "off" },
        { ports: "all" },
      ],
    }),
    startDaemon(t, b, { incoming: [{ ports: [chosen] }] }),
  ]);

  await t.test("a destination that is in its list", async () => {
    const talk = await openTalk(a, b, { port: chosen, family: 6 });
    await assertEncrypted({ daemonA, daemonB }, talk);
    talk.client.destroy();
  });

  await t.test("a destination that is not", async () => {
    const { client } = await openTalk(a, b, { port: chosen, family: 4 });
    assert.equal(await daemonA.session(viewOf(client)), null);
    client.destroy();
  });

  await t.test("a port that the server's side did not choose is plain", async () => {
    const { client, server } = await openTalk(a, b, { port: others });
    assert.equal((await daemonA.session(viewOf(client)))?.encrypted ?? false, false);
    assert.equal(await daemonB.session(viewOf(server)), null);
    client.destroy();
  });
});
