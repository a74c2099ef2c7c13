import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readSocketAddress, writeSocketAddress } from "../../src/kernel/socket-address.ts";

const port = fc.nat(65_535);
const four = fc.record({
  family: fc.constant(4 as const),
  address: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  port,
});
const six = fc.record({
  family: fc.constant(6 as const),
  address: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  port,
});

test("reads what it wrote", () => {
  fc.assert(
    fc.property(fc.oneof(four, six), (address) => {
      assert.deepEqual(readSocketAddress(writeSocketAddress(address)), { ...address });
    }),
  );
});

test("writes as the kernel has it", () => {
  const address = Uint8Array.of(192, 0, 2, 1);
  assert.equal(
    Buffer.from(writeSocketAddress({ family: 4, address, port: 443 })).toString("hex"),
    "020001bbc00002010000000000000000",
  );
});

test("refuses another family and any cut", () => {
  assert.throws(() => readSocketAddress(new Uint8Array(28)), RangeError);
  fc.assert(
    fc.property(fc.oneof(four, six), fc.nat(15), (address, length) => {
      assert.throws(() => readSocketAddress(writeSocketAddress(address).subarray(0, length)));
    }),
  );
});
