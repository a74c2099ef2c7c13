import assert from "node:assert/strict";
import { test } from "node:test";
import { ByteReader } from "../src/byte-reader.ts";

test("reads numbers with the high byte first, and the rest as a view", () => {
  const bytes = Uint8Array.of(0xff, 0x12, 0x34, 0xfe, 0xdc, 0xba, 0x98, 7, 8);
  const reader = new ByteReader(bytes);
  assert.equal(reader.u8(), 0xff);
  assert.equal(reader.u16(), 0x1234);
  assert.equal(reader.u32(), 0xfedcba98);
  assert.equal(reader.remaining, 2);
  const rest = reader.take(2);
  assert.deepEqual(rest, Uint8Array.of(7, 8));
  assert.equal(rest.buffer, bytes.buffer);
  assert.equal(reader.remaining, 0);
  assert.deepEqual(reader.take(0), new Uint8Array(0));
});

test("refuses to read past the end, and reads nothing then", () => {
  const reader = new ByteReader(Uint8Array.of(1, 2, 3));
  assert.throws(() => reader.u32(), RangeError);
  assert.throws(() => reader.take(4), RangeError);
  assert.equal(reader.u16(), 0x0102);
  assert.throws(() => reader.u16(), RangeError);
  assert.equal(reader.u8(), 3);
  assert.throws(() => reader.u8(), RangeError);
});
