import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NetlinkRefusal } from "../../src/hold/conversation.ts";
import {
  bigEndian,
  netfilterBody,
  readMessages,
  readNetfilterBody,
  writeMessages,
} from "../../src/hold/netlink.ts";
import { bindQueue, bindRequests, readPackets, verdictRequest } from "../../src/hold/queue.ts";
import { standInKernel } from "./stand-in-kernel.ts";

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

test("reads the packets that the kernel hands over", () => {
  const bytes = Uint8Array.of(0x45, 1, 2);
  const packet = packetMessage(7, [
    { type: 3, value: bigEndian(0x4300_0104, 4) },
    { type: 10, value: bytes },
    { type: 16, value: bigEndian(1000, 4) },
  ]);
  const other = { type: 2, flags: 0, sequence: 0, body: new Uint8Array(4) };
  assert.deepEqual(readPackets(writeMessages([other, packet])), [
    { packetId: 7, bytes, mark: 0x4300_0104, uid: 1000 },
  ]);
});

test("reads packets without mark and owner, and none without number or bytes", () => {
  const bytes = { type: 10, value: Uint8Array.of(1) };
  assert.deepEqual(readPackets(writeMessages([packetMessage(1, [bytes])])), [
    { packetId: 1, bytes: bytes.value, mark: 0, uid: undefined },
  ]);
  assert.deepEqual(readPackets(writeMessages([packetMessage(1, [])])), []);
  const body = netfilterBody(2, 1, [bytes]);
  const nameless = { type: 0x300, flags: 0, sequence: 0, body };
  assert.deepEqual(readPackets(writeMessages([nameless])), []);
});

test("reads any bytes without failing", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void readPackets(bytes)));
});

test("gives verdicts about the packet that is meant, with the mark that is meant", () => {
  fc.assert(
    fc.property(u32, u32, (packetId, mark) => {
      const [accepted] = readMessages(verdictRequest(0x1234, packetId, { mark }));
      assert.equal(accepted?.type, 0x301);
      assert.deepEqual(accepted.body.subarray(0, 4), Uint8Array.of(0, 0, 0x12, 0x34));
      const attributes = readNetfilterBody(accepted.body);
      const header = Uint8Array.of(...bigEndian(1, 4), ...bigEndian(packetId, 4));
      assert.deepEqual(attributes.get(2), header);
      assert.deepEqual(attributes.get(3), bigEndian(mark, 4));
      const [dropped] = readMessages(verdictRequest(0x1234, packetId, "drop"));
      const dropping = readNetfilterBody(dropped?.body ?? new Uint8Array());
      assert.deepEqual(dropping.get(2)?.subarray(0, 4), bigEndian(0, 4));
      assert.equal(dropping.has(3), false);
    }),
  );
});

test("asks for owners, and for packets to go on when the queue is full", () => {
  const asked = bindRequests(5).map(({ body }) => readNetfilterBody(body));
  assert.deepEqual(asked[0]?.get(1), Uint8Array.of(1, 0, 0, 0));
  assert.deepEqual(asked[1]?.get(2), Uint8Array.of(0, 0, 0, 128, 2));
  assert.deepEqual(asked[3]?.get(4), bigEndian(9, 4));
  assert.deepEqual(asked[3]?.get(5), bigEndian(9, 4));
});

test("takes the first queue that nobody has", () => {
  const kernel = standInKernel(({ body }) => (body[3] === 1 ? 1 : 0));
  assert.equal(bindQueue(kernel, 0, [1, 2, 3]), 2);
});

test("fails when all queues are taken", () => {
  assert.throws(
    () =>
      bindQueue(
        standInKernel(() => 1),
        0,
        [1, 2, 3],
      ),
    (error: unknown) => error instanceof NetlinkRefusal && error.code === "EPERM",
  );
});

function packetMessage(packetId: number, attributes: { type: number; value: Uint8Array }[]) {
  const header = { type: 1, value: Uint8Array.of(...bigEndian(packetId, 4), 0x08, 0, 3) };
  const body = netfilterBody(2, 1, [header, ...attributes]);
  return { type: 0x300, flags: 0, sequence: 0, body };
}
