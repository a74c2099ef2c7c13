import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { addressText } from "../../src/hold/addresses.ts";
import { readSyn } from "../../src/hold/syn.ts";
import { synFlag, writeSegment } from "./packets.ts";

const port = fc.integer({ min: 0, max: 0xffff });
const sequence = fc.integer({ min: 0, max: 0xffff_ffff });

for (const [family, length] of [
  ["IPv4", 4],
  ["IPv6", 16],
] as const) {
  const address = fc
    .uint8Array({ minLength: length, maxLength: length })
    .map(addressText)
    .filter((text) => text.includes(":") === (length === 16));
  const end = fc.record({ address, port }, { noNullPrototype: true });
  const extra = length === 4 ? fc.constantFrom(0, 4, 40) : fc.constantFrom(0, 8, 24);

  test(`reads the SYN of an ${family} connection, behind options and extensions too`, () => {
    fc.assert(
      fc.property(end, end, sequence, extra, (local, remote, sequence, extra) => {
        const packet = writeSegment({ local, remote, sequence, extra });
        assert.deepEqual(readSyn(packet), { local, remote, sequence });
        // The queue cuts packets; what it cuts off is not missed.
        assert.deepEqual(readSyn(packet.subarray(0, -6)), { local, remote, sequence });
        assert.equal(readSyn(packet.subarray(0, -7)), undefined);
      }),
    );
  });

  test(`takes an ${family} segment that opens nothing for no SYN`, () => {
    fc.assert(
      fc.property(end, end, fc.integer({ min: 0, max: 255 }), (local, remote, flags) => {
        const opens = (flags & 0x17) === synFlag;
        const read = readSyn(writeSegment({ local, remote, sequence: 1, flags }));
        assert.equal(read !== undefined, opens);
      }),
    );
  });
}

test("takes fragments and other protocols for no SYN", () => {
  const local = { address: "10.0.0.1", port: 1 };
  const packet = writeSegment({ local, remote: local, sequence: 1 });
  for (const [at, byte] of [
    [6, 0x01],
    [7, 0x01],
    [9, 17],
    [0, 0x44],
    [0, 0x55],
  ] as const) {
    const changed = packet.slice();
    changed[at] = byte;
    assert.equal(readSyn(changed), undefined, `byte ${at}`);
  }
  // "Do not fragment" makes no fragment.
  const whole = packet.slice();
  whole[6] = 0x40;
  assert.notEqual(readSyn(whole), undefined);
});

test("reads any bytes without failing", () => {
  const first = fc.constantFrom(0x45, 0x4f, 0x60, 0x6f);
  fc.assert(
    fc.property(first, fc.uint8Array({ maxLength: 128 }), (version, rest) => {
      readSyn(Uint8Array.of(version, ...rest));
      readSyn(rest);
    }),
    { numRuns: 1000 },
  );
});

test("follows a chain of extension headers no further than the packet", () => {
  const endless = new Uint8Array(128);
  endless[0] = 0x60;
  assert.equal(readSyn(endless), undefined);
});
