import assert from "node:assert/strict";
import { isIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import {
  addressBytes,
  addressText,
  canonicalAddress,
  isLinkLocal,
} from "../../src/hold/addresses.ts";

test("writes addresses as Node does", () => {
  assert.equal(addressText(Uint8Array.of(10, 0, 0, 2)), "10.0.0.2");
  assert.equal(addressText(new Uint8Array(16)), "::");
  assert.equal(addressText(bytes("20010db8000000000000000000000001")), "2001:db8::1");
  assert.equal(addressText(bytes("00000000000000000000ffff0a000002")), "10.0.0.2");
  assert.throws(() => addressText(new Uint8Array(5)), RangeError);
});

test("reads every spelling of an address", () => {
  const spellings: Record<string, string> = {
    "10.0.0.2": "0a000002",
    "::ffff:10.0.0.2": "0a000002",
    "::FFFF:a00:2": "0a000002",
    "::": "00".repeat(16),
    "2001:DB8::1": "20010db8000000000000000000000001",
    "2001:db8:0:0:0:0:0:1": "20010db8000000000000000000000001",
    "64:ff9b::192.0.2.33": "0064ff9b0000000000000000c0000221",
    "1::": `0001${"00".repeat(14)}`,
    "fe80::1%eth0": "fe800000000000000000000000000001",
  };
  for (const [text, hex] of Object.entries(spellings)) {
    assert.equal(Buffer.from(addressBytes(text) ?? []).toString("hex"), hex, text);
  }
});

test("knows the addresses that need a link to be told", () => {
  for (const address of ["fe80::1", "febf:1::"]) assert.equal(isLinkLocal(address), true);
  for (const address of ["fec0::1", "fe7f::1", "fe8::1", "169.254.0.1", "::1", "fd00::1"]) {
    assert.equal(isLinkLocal(address), false, address);
  }
});

test("refuses what is no address", () => {
  for (const text of ["", "localhost", "10.0.0", "010.0.0.1", "1:2", ":::", "1.2.3.4%eth0", "%"]) {
    assert.equal(addressBytes(text), undefined, text);
    assert.equal(canonicalAddress(text), undefined, text);
  }
});

test("reads back what it has written, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.oneof(address(4), address(16)), (given) => {
      const text = addressText(given);
      assert.equal(addressText(addressBytes(text) ?? assert.fail(text)), text);
      assert.equal(canonicalAddress(text), text);
      if (isIPv6(text)) assert.deepEqual(addressBytes(text), given);
    }),
  );
});

function address(length: number) {
  return fc.uint8Array({ minLength: length, maxLength: length });
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}
