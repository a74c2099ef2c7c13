import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  maxFrameData,
  measureFrame,
  readFrame,
  readPlaintext,
  writeFlags,
  writeHeader,
} from "../src/frame.ts";

const flags = fc.record(
  { end: fc.boolean(), urgent: fc.nat(0xffff) },
  { requiredKeys: ["end"], noNullPrototype: true },
);

test("reads the flags that it wrote", () => {
  fc.assert(
    fc.property(flags, fc.uint8Array(), (written, data) => {
      const read = readPlaintext(Buffer.concat([writeFlags(written), data]));
      assert.deepEqual({ ...read, data: [...(read?.data ?? [])] }, { ...written, data: [...data] });
    }),
  );
});

test("writes flags as RFC 8548 §4.2.1 draws them", () => {
  assert.deepEqual([...writeFlags({ end: false })], [0]);
  assert.deepEqual([...writeFlags({ end: true })], [1]);
  assert.deepEqual([...writeFlags({ end: false, urgent: 0x1234 })], [2, 0x12, 0x34]);
  assert.deepEqual([...writeFlags({ end: true, urgent: 0 })], [3, 0, 0]);
});

test("ignores the reserved bits of the flags", () => {
  for (let bits = 0; bits < 0x100; bits += 4) {
    assert.equal(readPlaintext(Uint8Array.of(bits, 7))?.end, false);
    assert.equal(readPlaintext(Uint8Array.of(bits | 1, 7))?.end, true);
  }
});

test("does not read an urgent pointer that is cut", () => {
  assert.equal(readPlaintext(Uint8Array.of()), undefined);
  assert.equal(readPlaintext(Uint8Array.of(2)), undefined);
  assert.equal(readPlaintext(Uint8Array.of(2, 0)), undefined);
  assert.deepEqual(readPlaintext(Uint8Array.of(2, 0, 0))?.data.length, 0);
});

test("refuses urgent pointers that two bytes cannot hold", () => {
  for (const urgent of [-1, 0x10000, 1.5]) {
    assert.throws(() => writeFlags({ end: false, urgent }), RangeError);
  }
});

test("measures and reads a frame by the header that it wrote", () => {
  const body = fc.uint8Array({ minLength: 17, maxLength: 300 });
  fc.assert(
    fc.property(fc.boolean(), body, fc.uint8Array(), (rekey, ciphertext, behind) => {
      const header = writeHeader(rekey, ciphertext.length - 16);
      const bytes = Buffer.concat([header, ciphertext]);
      assert.equal(measureFrame(Buffer.concat([bytes, behind])), bytes.length);
      const frame = readFrame(bytes);
      assert.equal(frame.rekey, rekey);
      assert.deepEqual(Buffer.concat([frame.ciphertext, frame.tag]), Buffer.from(ciphertext));
      assert.equal(frame.tag.length, 16);
      assert.deepEqual(Buffer.from(frame.header), Buffer.from(header));
    }),
  );
});

test("cannot tell the length before the third byte", () => {
  assert.equal(measureFrame(Uint8Array.of()), undefined);
  assert.equal(measureFrame(Uint8Array.of(0)), undefined);
  assert.equal(measureFrame(Uint8Array.of(0, 0)), undefined);
  assert.equal(measureFrame(Uint8Array.of(0, 0, 16)), "short-frame");
  assert.equal(measureFrame(Uint8Array.of(0, 0, 17)), 20);
  assert.equal(measureFrame(Uint8Array.of(0, 0xff, 0xff)), 3 + 0xffff);
});

test("ignores the reserved bits of control", () => {
  for (let bits = 0; bits < 0x100; bits += 2) {
    const rest = new Uint8Array(19);
    assert.equal(readFrame(Uint8Array.of(bits, ...rest)).rekey, false);
    assert.equal(readFrame(Uint8Array.of(bits | 1, ...rest)).rekey, true);
  }
});

test("a frame holds 65,518 bytes of data and no more", () => {
  assert.equal(maxFrameData, 65_518);
  assert.deepEqual([...writeHeader(false, 1 + maxFrameData)], [0, 0xff, 0xff]);
  assert.throws(() => writeHeader(false, 2 + maxFrameData), RangeError);
});
