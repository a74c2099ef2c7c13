import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import { optionOf } from "../kit/namespaces/tcp-packet.ts";
import { type Ends, startEnds, startRoutedEnds } from "./kit/ends.ts";
import { assertEncrypted, freshPort, openTalk, pour, soak, type Talk } from "./kit/talk.ts";
import { packetsOf } from "./kit/wire.ts";

const bytes = 1_000_000;
const maximumSegmentSize = 2;

test("a wire for packets of 576 bytes carries everything", async (t) => {
  const ends = await startEnds(t);
  const { a, b } = ends;
  for (const host of [a, b]) await host.must("ip", "link", "set", "eth0", "mtu", "576");
  const capture = await startCapture(t, a, b);
  const port = freshPort();
  await bothWays(ends, await openTalk(a, b, { port }));
  const packets = packetsOf(await capture.packets(), port);
  const said = packets.flatMap((packet) => optionOf(packet, maximumSegmentSize) ?? []);
  assert.deepEqual(
    said.map((option) => Buffer.from(option).readUint16BE(2)),
    [536, 536],
  );
});

test("so does a way that turns out to be that narrow", async (t) => {
  const ends = await startRoutedEnds(t);
  const { a, b, router } = ends;
  await router.must("ip", "link", "set", "eth1", "mtu", "576");
  await b.must("ip", "link", "set", "eth0", "mtu", "576");
  // So that nobody but the router tells the other host (ICMP "fragmentation needed").
  await b.must("ip", "route", "change", "default", "via", "198.51.100.9", "advmss", "1460");
  await bothWays(ends, await openTalk(a, b));
});

async function bothWays(ends: Ends, talk: Talk): Promise<void> {
  await assertEncrypted(ends, talk);
  const { client, server } = talk;
  const [there, arrivedThere, back, arrivedBack] = await Promise.all([
    pour(client, bytes),
    soak(server, bytes),
    pour(server, bytes),
    soak(client, bytes),
  ]);
  assert.equal(arrivedThere, there);
  assert.equal(arrivedBack, back);
  client.destroy();
}
