import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Attribute,
  bigEndian,
  type Message,
  machineOrder,
  netfilterBody,
  readAcknowledgement,
  readAttributes,
  readBigEndian,
  readMessages,
  readNetfilterBody,
  writeAttributes,
  writeMessages,
  zeroEnded,
} from "../../src/hold/netlink.ts";

const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const message: fc.Arbitrary<Message> = fc.record(
  { type: u16, flags: u16, sequence: u32, body: fc.uint8Array({ maxLength: 50 }) },
  { noNullPrototype: true },
);
const attributes: fc.Arbitrary<Attribute[]> = fc.uniqueArray(
  fc.record({
    type: fc.integer({ min: 0, max: 0x3fff }),
    value: fc.uint8Array({ maxLength: 50 }),
  }),
  { selector: ({ type }) => type },
);

test("writes a message as the kernel's headers lay it out", () => {
  const body = netfilterBody(1, 0x4d, [{ type: 1, value: zeroEnded("ab") }]);
  assert.equal(
    hex(writeMessages([{ type: 0x0a00, flags: 5, sequence: 7, body }])),
    `1c000000${"000a"}0500${"07000000"}00000000${"0100004d"}${"07000100"}${"61620000"}`,
  );
});

test("writes attributes within attributes with the bit that says so", () => {
  const within = [{ type: 2, value: [{ type: 1, value: Uint8Array.of(0xff) }] }];
  assert.equal(hex(writeAttributes(within)), "0c0002800500010" + "0ff000000");
});

test("reads back the messages it has written", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      assert.deepEqual(readMessages(writeMessages(messages)), messages);
    }),
  );
});

test("reads back the attributes it has written, also within others", () => {
  fc.assert(
    fc.property(attributes, attributes, (outer, inner) => {
      const all = [...outer.filter(({ type }) => type !== 9), { type: 9, value: inner }];
      const read = readAttributes(writeAttributes(all));
      assert.equal(read.size, all.length);
      for (const { type, value } of outer) {
        if (type !== 9) assert.deepEqual(read.get(type), value);
      }
      const innerRead = readAttributes(read.get(9) ?? assert.fail());
      assert.deepEqual(
        [...innerRead],
        inner.map(({ type, value }) => [type, value]),
      );
    }),
  );
});

test("reads anything without failing, and nothing beyond its end", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const total = readMessages(bytes).reduce((sum, { body }) => sum + 16 + body.length, 0);
      assert.ok(total <= bytes.length);
      for (const value of readAttributes(bytes).values()) assert.ok(value.length <= bytes.length);
      readNetfilterBody(bytes);
    }),
  );
});

test("a message that was cut is left out, and those before it are not", () => {
  fc.assert(
    fc.property(message, message, fc.nat(), (first, second, cut) => {
      const whole = writeMessages([first, second]);
      const start = writeMessages([first]).length;
      const length = start + (cut % (16 + second.body.length));
      assert.deepEqual(readMessages(whole.subarray(0, length)), [first]);
    }),
  );
});

test("reads what the kernel says of a request", () => {
  const error = (body: Uint8Array) => ({ type: 2, flags: 0, sequence: 1, body });
  assert.equal(readAcknowledgement(error(machineOrder(0))), 0);
  assert.equal(readAcknowledgement(error(machineOrder(-2 >>> 0))), 2);
  assert.equal(readAcknowledgement(error(new Uint8Array(3))), undefined);
  assert.equal(readAcknowledgement({ ...error(machineOrder(0)), type: 3 }), undefined);
});

test("reads the numbers it has written", () => {
  fc.assert(fc.property(u32, (value) => readBigEndian(bigEndian(value, 4)) === value));
  assert.equal(readBigEndian(bigEndian(1, 2)), undefined);
  assert.equal(readBigEndian(undefined), undefined);
});

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
