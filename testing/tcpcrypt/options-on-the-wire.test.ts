import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import type { TcpPacket } from "../kit/namespaces/tcp-packet.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, openTalk } from "./kit/talk.ts";
import { eno, enoKind, packetsOf, sentBy } from "./kit/wire.ts";

const init1Magic = "15101a0e";
const init2Magic = "097105e0";

test("what two hosts with tcpcryptd say on the wire", async (t) => {
  const ends = await startEnds(t);
  const { a, b } = ends;
  const capture = await startCapture(t, a, b);

  for (const family of [4, 6] as const) {
    await t.test(`options are those of RFC 8547 §4.6 over IPv${family}`, async () => {
      const talk = await openTalk(a, b, { family });
      await assertEncrypted(ends, talk);
      talk.client.end();
      const port = talk.client.remotePort ?? 0;
      const packets = packetsOf(await capture.packets(), port);
      const [client, server] = [sentBy(packets, a), sentBy(packets, b)];

      // All four TEPs, no global suboption: b = 0 and a = 0 are implied (RFC 8547 §4.2).
      assert.deepEqual(eno(client.filter(isSyn)), ["4505212423"]);
      // b = 1, and the one TEP that is chosen (RFC 8547 §4.5).
      assert.deepEqual(eno(server.filter(isSyn)), ["45040123"]);

      const answered = packets.findIndex(
        (packet) => packet.from.port === port && !packet.flags.has("syn"),
      );
      assert(answered > 0);
      const before = sentBy(packets.slice(0, answered), a).filter((packet) => !isSyn(packet));
      assert(before.length >= 2, "the third segment of the handshake, and Init1");
      assert.deepEqual(new Set(eno(before)), new Set(["4502"]));

      // Host B had received an ACK segment before it sent a segment without SYN.
      assert.deepEqual(new Set(eno(server.filter((packet) => !isSyn(packet)))), new Set([""]));
      const init2 = packets.findIndex((packet) => startsWith(packet, init2Magic));
      assert.deepEqual(new Set(eno(sentBy(packets.slice(init2 + 1), a))), new Set([""]));
    });
  }

  await t.test("each stream begins with its Init message, pushed", async () => {
    const { client } = await openTalk(a, b);
    const packets = packetsOf(await capture.packets(), client.remotePort ?? 0);
    const [firstOfA] = sentBy(packets, a).filter(({ payload }) => payload.length > 0);
    const [firstOfB] = sentBy(packets, b).filter(({ payload }) => payload.length > 0);
    assert(firstOfA !== undefined && firstOfB !== undefined);
    assert(startsWith(firstOfA, init1Magic));
    assert(startsWith(firstOfB, init2Magic));
    assert(firstOfA.flags.has("psh"));
    assert(firstOfB.flags.has("psh"));
    client.destroy();
  });

  await t.test("no SYN carries data, and at most one option of the kind", async () => {
    for (const packet of (await capture.packets()).filter(isSyn)) {
      assert.equal(packet.payload.length, 0);
      assert(packet.options.filter(([kind]) => kind === enoKind).length <= 1);
    }
  });

  await t.test("what applications say is not on the wire", async () => {
    const words = ["ping", "pong"].map((word) => Buffer.from(word));
    const { client } = await openTalk(a, b);
    const packets = packetsOf(await capture.packets(), client.remotePort ?? 0);
    const streams = [a, b].map((host) =>
      Buffer.concat(sentBy(packets, host).map(({ payload }) => payload)),
    );
    for (const stream of streams) {
      assert(stream.length > 50);
      for (const word of words) assert(!stream.includes(word));
    }
    client.destroy();
  });
});

function isSyn({ flags }: TcpPacket): boolean {
  return flags.has("syn");
}

function startsWith({ payload }: TcpPacket, magic: string): boolean {
  return Buffer.from(payload.subarray(0, 4)).toString("hex") === magic;
}
