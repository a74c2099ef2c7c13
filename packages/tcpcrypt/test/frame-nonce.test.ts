import assert from "node:assert/strict";
import { test } from "node:test";
import { firstFrameOffset, frameNonce } from "../src/frame-nonce.ts";
import { hex, unhex } from "./vectors.ts";

test("the Init message counts", () => {
  assert.equal(firstFrameOffset(79), 79n);
  assert.equal(firstFrameOffset(0), 0n);
});

test("the nonce is the offset XOR the randomizer", () => {
  const randomizer = unhex("0102030405060708090a0b0c");
  assert.equal(hex(frameNonce(randomizer, 0n)), "0102030405060708090a0b0c");
  assert.equal(hex(frameNonce(randomizer, 0xffn)), "0102030405060708090a0bf3");
  assert.equal(hex(frameNonce(randomizer, 2n ** 64n - 1n)), "01020304faf9f8f7f6f5f4f3");
  assert.equal(hex(randomizer), "0102030405060708090a0b0c");
});

test("offsets beyond 2^53 keep every bit", () => {
  const zero = new Uint8Array(12);
  assert.equal(hex(frameNonce(zero, 2n ** 53n + 1n)), "000000000020000000000001");
  assert.notDeepEqual(frameNonce(zero, 2n ** 53n), frameNonce(zero, 2n ** 53n + 1n));
});

test("offsets wrap at 2^64", () => {
  const zero = new Uint8Array(12);
  assert.deepEqual(frameNonce(zero, 2n ** 64n + 5n), frameNonce(zero, 5n));
});
