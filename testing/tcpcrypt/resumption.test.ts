import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { type DaemonSettings, viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, freshPort, openTalk } from "./kit/talk.ts";
import { eno, packetsOf, payloadOf, sentBy } from "./kit/wire.ts";

test("the second connection to a server resumes the first one's session", async (t) => {
  const ends = await startEnds(t);
  const { a, b, daemonA } = ends;
  const capture = await startCapture(t, a, b);

  for (const family of [4, 6] as const) {
    await t.test(`with a new ID and no key exchange (IPv${family})`, async () => {
      const port = freshPort();
      const ids = new Set<string | undefined>();
      for (const resumed of [false, true, true]) {
        const before = (await capture.packets()).length;
        const talk = await openTalk(a, b, { family, port });
        const shown = await assertEncrypted(ends, talk);
        assert.deepEqual([shown.a.resumed, shown.b.resumed], [resumed, resumed]);
        // The v bit of the TEP is set where a session is resumed (RFC 8548 §3.5).
        assert.equal(shown.a.sessionId?.slice(0, 2), resumed ? "A3" : "23");
        ids.add(shown.a.sessionId);

        const since = packetsOf((await capture.packets()).slice(before), port);
        // The end of the connection before may still have been on its way.
        const packets = since.slice(since.findIndex(({ flags }) => flags.has("syn")));
        const [syn = ""] = eno(sentBy(packets, a));
        const [synAck = ""] = eno(sentBy(packets, b));
        const hasExchange = payloadOf(sentBy(packets, a)).toString("hex").startsWith("15101a0e");
        assert.equal(hasExchange, !resumed);
        if (resumed) {
          // Kind, length, TEP with v, nine bytes, a nonce of eight (RFC 8548 §3.5).
          assert.match(syn, /^4514a3[0-9a-f]{34}$/);
          // Beside Linux's own options a SYN-ACK, with its global suboption, has room for seven.
          assert.match(synAck, /^451401a3[0-9a-f]{32}$/);
        }
        talk.client.destroy();
      }
      assert.equal(ids.size, 3);
    });
  }

  await t.test("unless its secrets are forgotten", async () => {
    const port = freshPort();
    const first = await openTalk(a, b, { port });
    await daemonA.ask({ ask: "flush", ...viewOf(first.client) });
    first.client.destroy();
    const second = await openTalk(a, b, { port });
    const { a: shown } = await assertEncrypted(ends, second);
    assert.equal(shown.resumed, false);
    second.client.destroy();
  });
});

test("a client gets to the worker that has its secret", async (t) => {
  const ends = await startEnds(t, { a: { workers: 2 }, b: { workers: 2 } });
  // Of the client's two workers each has secrets of its own, and they take turns.
  for (const family of [4, 6] as const) {
    const port = freshPort();
    const resumed: (boolean | undefined)[] = [];
    for (let times = 0; times < 6; times++) {
      const talk = await openTalk(ends.a, ends.b, { family, port });
      const shown = await assertEncrypted(ends, talk);
      assert.equal(shown.a.resumed, shown.b.resumed);
      resumed.push(shown.a.resumed);
      talk.client.destroy();
    }
    assert.deepEqual(resumed, [false, false, true, true, true, true]);
  }
});

test("a secret that died with its worker is agreed to by nobody", async (t) => {
  const ends = await startEnds(t, { b: { workers: 2 } });
  const { daemonB } = ends;
  const port = freshPort();
  for (const resumed of [false, true]) {
    const talk = await openTalk(ends.a, ends.b, { port });
    assert.equal((await assertEncrypted(ends, talk)).b.resumed, resumed);
    talk.client.destroy();
  }
  const { workers } = await daemonB.status();
  const keeper = workers.find(({ counts }) => counts?.cachedSecrets === 1);
  assert(typeof keeper?.pid === "number");
  const { index, pid } = keeper;
  process.kill(pid, "SIGKILL");
  assert(await waitUntil(async () => (await daemonB.status()).workers[index]?.pid !== pid, 5000));

  // It waits in the kernel for the worker that is started in the place of that one.
  const talk = await openTalk(ends.a, ends.b, { port });
  assert.equal((await assertEncrypted(ends, talk)).b.resumed, false);
  talk.client.destroy();
});

const off: DaemonSettings = { resumption: { enabled: false } };

const never = [{ ports: "all" as const, resumption: false }];
const without = {
  client: { a: off },
  server: { b: off },
  "client's rule": { a: { outgoing: never } },
  "server's rule": { b: { incoming: never } },
};

for (const [who, plan] of Object.entries(without)) {
  test(`a ${who} that keeps no secrets gets a fresh key exchange each time`, async (t) => {
    const ends = await startEnds(t, plan);
    const port = freshPort();
    for (let times = 0; times < 2; times++) {
      const talk = await openTalk(ends.a, ends.b, { port });
      const shown = await assertEncrypted(ends, talk);
      assert.deepEqual([shown.a.resumed, shown.b.resumed], [false, false]);
      talk.client.destroy();
    }
  });
}

test("a server that keeps no secrets has its workers take turns", async (t) => {
  const ends = await startEnds(t, { b: { ...off, workers: 2 } });
  for (const family of [4, 6] as const) {
    const talks = [
      await openTalk(ends.a, ends.b, { family }),
      await openTalk(ends.a, ends.b, { family }),
    ];
    for (const talk of talks) await assertEncrypted(ends, talk);
    const { workers } = await ends.daemonB.status();
    assert.deepEqual(
      workers.map(({ counts }) => counts?.open.encrypted),
      [1, 1],
    );
    for (const { client } of talks) client.destroy();
    const isOver = async () => (await ends.daemonB.connections()).length === 0;
    assert(await waitUntil(isOver, 5000));
  }
});

test("a server that has lost its secrets gets a fresh key exchange", async (t) => {
  const ends = await startEnds(t);
  const port = freshPort();
  const first = await openTalk(ends.a, ends.b, { port });
  await assertEncrypted(ends, first);
  first.client.destroy();
  await ends.daemonB.stop();
  await ends.daemonB.start();
  const second = await openTalk(ends.a, ends.b, { port });
  assert.equal((await assertEncrypted(ends, second)).a.resumed, false);
});
