import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../kit/wait-until.ts";
import { viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, openTalk, pour, say, sessionsOf, soak, type Talk } from "./kit/talk.ts";

const bytes = 20_000_000;

test("keys change under load, and nothing is lost", async (t) => {
  const often = { rekeyBytes: 500_000 };
  const ends = await startEnds(t, { a: often, b: often });
  const talk = await openTalk(ends.a, ends.b);
  const before = await assertEncrypted(ends, talk);
  await bothWays(talk);
  const { a, b } = await sessionsOf(ends, talk);
  assert(a.rekeys !== undefined && b.rekeys !== undefined);
  assert(a.rekeys.local > 10, `A sent under ${a.rekeys.local} keys`);
  assert(b.rekeys.local > 10, `B sent under ${b.rekeys.local} keys`);
  assert.equal(a.sessionId, before.a.sessionId, "the session keeps its ID (RFC 8548 §3.8)");
  assert.deepEqual(a.bytes, { sent: bytes + 4, received: bytes + 4 });
});

test("either side changes keys when it is asked to", async (t) => {
  const ends = await startEnds(t);
  const { daemonA, daemonB } = ends;
  const talk = await openTalk(ends.a, ends.b);
  const load = bothWays(talk);
  const [client, server] = [viewOf(talk.client), viewOf(talk.server)];
  for (let times = 0; times < 5; times++) {
    await daemonA.ask({ ask: "rekey", local: client.local, remote: client.remote });
    await daemonB.ask({ ask: "rekey", local: server.local, remote: server.remote });
  }
  await load;
  // What one has sent, the other sees as soon as it has arrived.
  const isSeen = async () => {
    const { a, b } = await sessionsOf(ends, talk);
    const [ofA, ofB] = [a.rekeys, b.rekeys];
    assert(ofA !== undefined && ofB !== undefined && ofA.local >= 1 && ofB.local >= 1);
    return ofA.local === ofB.remote && ofA.remote === ofB.local;
  };
  assert(await waitUntil(isSeen, 5000));
});

test("a silent connection is kept alive by new keys, if that is wished for", async (t) => {
  const ends = await startEnds(t, { a: { keepAliveSeconds: 1 } });
  const talk = await openTalk(ends.a, ends.b);
  const isAlive = async () => {
    const { a, b } = await sessionsOf(ends, talk);
    return (a.rekeys?.local ?? 0) >= 2 && a.rekeys?.remote === b.rekeys?.local;
  };
  assert(await waitUntil(isAlive, 10_000));
  await say(talk.client, talk.server, "still here");
});

async function bothWays({ client, server }: Talk): Promise<void> {
  const [there, arrivedThere, back, arrivedBack] = await Promise.all([
    pour(client, bytes),
    soak(server, bytes),
    pour(server, bytes),
    soak(client, bytes),
  ]);
  assert.equal(arrivedThere, there);
  assert.equal(arrivedBack, back);
}
