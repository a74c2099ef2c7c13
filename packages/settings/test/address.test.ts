import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { addressNumber, parseAddress } from "../src/address.ts";

test("agrees with the runtime on what an address is", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 20 })), (text) => {
      const family = { 0: undefined, 4: "ipv4", 6: "ipv6" }[isIP(text)];
      // A zone belongs to one machine and is no part of an address here.
      assert.equal(parseAddress(text)?.family, text.includes("%") ? undefined : family);
    }),
  );
});

test("one address has one spelling", () => {
  const spellings = ["2001:db8::7", "2001:DB8:0:0:0:0:0:7", "2001:0db8::0007"];
  assert.equal(new Set(spellings.map((text) => parseAddress(text)?.address)).size, 1);
});

test("counts addresses as numbers", () => {
  const number = (text: string) => addressNumber(parseAddress(text) ?? assert.fail(text));
  assert.equal(number("0.0.1.2"), 258n);
  assert.equal(number("255.255.255.255"), 2n ** 32n - 1n);
  assert.equal(number("::"), 0n);
  assert.equal(number("::1:2"), 65538n);
  assert.equal(number("8000::"), 2n ** 127n);
  assert.equal(number("1:2:3:4:5:6:7:8"), 0x0001000200030004000500060007_0008n);
});
