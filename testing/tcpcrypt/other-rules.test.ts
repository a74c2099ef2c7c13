import assert from "node:assert/strict";
import { test } from "node:test";
import { createPair } from "../kit/namespaces/network.ts";
import { startDaemon } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, freshPort, openTalk } from "./kit/talk.ts";

test("required ports stay closed when somebody flushes all rules", async (t) => {
  const { a, b } = createPair(t);
  const incoming = [{ ports: "all" as const, mode: "required" as const }];
  await startDaemon(t, b, { outgoing: [], incoming });
  const port = freshPort();
  await b.listen(port, (socket) => socket.end("plain"));
  await b.must("nft", "flush", "ruleset");
  for (const address of [b.ipv4, b.ipv6]) {
    await assert.rejects(a.connected({ address, port }), { code: "ECONNREFUSED" });
  }
});

test("a rule that takes marks away makes no dial go round in a circle", async (t) => {
  const ends = await startEnds(t);
  await ends.a.nft(`
    table inet marks {
      chain output {
        type filter hook output priority mangle - 5;
        meta mark set ct mark
      }
    }`);
  const talk = await openTalk(ends.a, ends.b, { family: 4 });
  await assertEncrypted(ends, talk);
  const { status } = await ends.daemonA.ask({ ask: "status" });
  const [worker] = (status as { workers: [{ counts: { opened: object } }] }).workers;
  assert.deepEqual(worker.counts.opened, { encrypted: 1, plain: 0, resumed: 0 });
});
