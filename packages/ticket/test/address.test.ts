import assert from "node:assert/strict";
import { isIP, isIPv6 } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { addressBits, isSameAddress, parseAddress } from "../src/address.ts";

/** IPv6 with many zeros, where the shortest form has choices to make. */
const sparseIpv6 = fc
  .array(fc.constantFrom("0", "0", "1", "ffff"), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.join(":"));

test("takes every spelling of an address as the same", () => {
  for (const [one, other] of [
    ["192.0.2.7", "::ffff:192.0.2.7"],
    ["192.0.2.7", "::FFFF:c000:207"],
    ["2001:db8::1", "2001:0DB8:0:0:0:0:0:1"],
    ["::", "0:0:0:0:0:0:0:0"],
    ["64:ff9b::192.0.2.7", "64:ff9b::c000:207"],
  ] as const) {
    assert.ok(isSameAddress(one, other), `${one} ${other}`);
  }
});

test("tells different addresses apart", () => {
  assert.equal(isSameAddress("192.0.2.7", "192.0.2.70"), false);
  assert.equal(isSameAddress("::192.0.2.7", "192.0.2.7"), false);
  assert.equal(isSameAddress("2001:db8::1", "2001:db8::1:0"), false);
});

test("calls nothing the same as what is no address", () => {
  assert.equal(isSameAddress("localhost", "localhost"), false);
});

const notAddresses = [
  ..."|1|1.2.3|1.2.3.4.5|01.2.3.4|256.1.1.1|1.2.3.4:80| 1.2.3.4|0x7f.0.0.1|1.2.3.-4".split("|"),
  ...":|:::|1::2::3|1:2:3:4:5:6:7|1:2:3:4:5:6:7:8:9|12345::|fe80::1%eth0|[::1]|::1.2.3|1.2.3.4::|g::".split(
    "|",
  ),
];
for (const text of notAddresses) {
  test(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseAddress(text), undefined));
}

test("agrees with Node on what is an address", () => {
  const soup = fc.array(fc.constantFrom(":", "::", ".", "0", "1", "25", "ffff", "a", "1.2.3.4"), {
    maxLength: 17,
  });
  const text = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    soup.map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (address) => {
      assert.equal(parseAddress(address) !== undefined, isIP(address) !== 0, address);
    }),
    { numRuns: 2000 },
  );
});

test("gives one canonical text, which reads as itself", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), sparseIpv6), (address) => {
      const canonical = parseAddress(address) ?? assert.fail(address);
      assert.equal(parseAddress(canonical), canonical);
      assert.ok(isSameAddress(canonical, address));
      if (!canonical.includes(":")) return;
      // The URL parser compresses and lower-cases by its own algorithm.
      const compressed = new URL(`http://[${address}]/`).hostname.slice(1, -1);
      assert.ok(isIPv6(compressed));
      assert.equal(canonical, compressed);
    }),
    { numRuns: 2000 },
  );
});

const bits = {
  "0.0.1.2": `${"0".repeat(23)}100000010`,
  "255.255.255.255": "1".repeat(32),
  "::ffff:0.0.0.1": `${"0".repeat(31)}1`,
  "::": "0".repeat(128),
  "8000::1": `1${"0".repeat(126)}1`,
};
for (const [address, expected] of Object.entries(bits)) {
  test(`counts the bits of ${address}`, () => assert.equal(addressBits(address), expected));
}

test("has the same bits exactly when it means the same address", () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), sparseIpv6, fc.string({ maxLength: 12 }));
  fc.assert(
    fc.property(address, address, (one, other) => {
      const known = addressBits(one);
      assert.equal(known !== undefined, parseAddress(one) !== undefined);
      assert.equal(known !== undefined && known === addressBits(other), isSameAddress(one, other));
    }),
  );
});

test("reads back the address that bits stand for", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }),
      (ip) => {
        const text = addressBits(ip.join(".")) ?? assert.fail();
        const bytes = text.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2));
        assert.deepEqual(bytes, ip);
      },
    ),
  );
});
