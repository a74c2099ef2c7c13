import assert from "node:assert/strict";
import { BlockList } from "node:net";
import { test } from "node:test";
import { isSameAddress } from "@countersign/ticket";
import fc from "fast-check";
import { addressBlock } from "../src/address-block.ts";

/** Addresses at which a range can start. */
const zeroEnded = fc.constantFrom("10.0.0.0", "192.168.0.0", "fd00::", "2001:DB8:0::", "fe80::0");

const read = {
  "127.0.0.1": { address: "127.0.0.1", prefixLength: 32 },
  "10.0.0.0/8": { address: "10.0.0.0", prefixLength: 8 },
  "::1": { address: "::1", prefixLength: 128 },
  "fc00::/7": { address: "fc00::", prefixLength: 7 },
  "2001:DB8:0:0::/32": { address: "2001:db8::", prefixLength: 32 },
};

for (const [text, block] of Object.entries(read)) {
  test(`reads ${text}`, () => {
    assert.deepEqual(addressBlock.parse(text), block);
  });
}

const refused = {
  "0.0.0.0/0": /everyone/,
  "::/0": /everyone/,
  "0.0.0.0/1": /everyone/,
  "::/64": /IPv4/,
  "::ffff:0:0/96": /IPv4/,
  "::ffff:127.0.0.1": /IPv4/,
  "::ffff:10.0.0.0/104": /IPv4/,
  "10.0.0.1/8": /bits after \/8 are zero/,
  "10.0.0.0/33": /an address/,
  "10.0.0.0/08": /an address/,
  "127.1": /an address/,
  "0177.0.0.1": /an address/,
  "fe80::1%eth0": /an address/,
  "[::1]": /an address/,
  localhost: /an address/,
  "": /an address/,
};

for (const [text, expected] of Object.entries(refused)) {
  test(`refuses ${text === "" ? "nothing" : text}`, () => {
    assert.match(addressBlock.safeParse(text).error?.issues[0]?.message ?? "", expected);
  });
}

test("no block that is accepted holds far-away IPv4 addresses without being IPv4", () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 0, max: 128 }), (address, prefix) => {
      const block = addressBlock.safeParse(`${address}/${prefix}`).data;
      if (block === undefined) return;
      const list = new BlockList();
      list.addSubnet(block.address, block.prefixLength, "ipv6");
      assert.equal(list.check("198.51.100.7", "ipv4"), false);
    }),
    {
      examples: [
        ["::", 64],
        ["::ffff:0:0", 96],
        ["0:1::", 16],
      ],
    },
  );
});

test("a block is in one spelling, which reads as the same", () => {
  const text = fc.tuple(
    fc.oneof(fc.ipV4(), fc.ipV6(), zeroEnded),
    fc.integer({ min: 0, max: 130 }),
  );
  fc.assert(
    fc.property(text, ([address, prefix]) => {
      const block = addressBlock.safeParse(`${address}/${prefix}`).data;
      if (block === undefined) return;
      assert.equal(block.prefixLength, prefix);
      assert.ok(isSameAddress(block.address, address));
      assert.deepEqual(addressBlock.parse(`${block.address}/${prefix}`), block);
    }),
    { numRuns: 2000 },
  );
});

test("whatever the text, gives a block or says what would be right", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      const { success, error } = addressBlock.safeParse(text);
      assert.equal(success, (error?.issues ?? []).length === 0);
    }),
  );
});
