import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, openTalk, pour, soak } from "./kit/talk.ts";
import { packetsOf, sentBy } from "./kit/wire.ts";

const ectZero = 2;

test("explicit congestion notification goes on as without tcpcryptd", async (t) => {
  const ends = await startEnds(t);
  const { a, b } = ends;
  for (const host of [a, b]) await host.sysctl({ "net.ipv4.tcp_ecn": 1 });
  const capture = await startCapture(t, a, b);

  for (const family of [4, 6] as const) {
    const talk = await openTalk(a, b, { family });
    await assertEncrypted(ends, talk);
    const [sent, received] = await Promise.all([
      pour(talk.client, 100_000),
      soak(talk.server, 100_000),
    ]);
    assert.equal(received, sent);

    const packets = packetsOf(await capture.packets(), talk.client.remotePort ?? 0);
    const [syn] = sentBy(packets, a);
    const [synAck] = sentBy(packets, b);
    assert(syn?.flags.has("ece") && syn.flags.has("cwr"));
    assert(synAck?.flags.has("ece") && !synAck.flags.has("cwr"));
    const full = sentBy(packets, a).filter(({ payload }) => payload.length > 1000);
    assert(full.length > 0);
    assert(full.every(({ ecn }) => ecn === ectZero));
    talk.client.destroy();
  }
});
