import assert from "node:assert/strict";
import { test } from "node:test";
import { distinctBlocks, isAmong, writeBlock } from "../../src/supervisor/destinations.ts";

const block = (text: string) => {
  const [address = "", length] = text.split("/");
  return { address, prefixLength: Number(length ?? (address.includes(":") ? 128 : 32)) };
};

test("no blocks mean everywhere", () => {
  assert.equal(isAmong("192.0.2.1", []), true);
});

test("finds an address in blocks of its family", () => {
  const blocks = ["10.0.0.0/8", "2001:db8::/32"].map(block);
  const found = ["10.255.255.255", "11.0.0.0", "2001:db8:ffff::1", "2001:db9::", "::ffff:10.0.0.1"];
  assert.deepEqual(
    found.map((address) => isAmong(address, blocks)),
    [true, false, true, false, false],
  );
});

test("keeps one of blocks that are the same, and none that lies in another", () => {
  const blocks = ["10.1.0.0/16", "10.0.0.0/8", "10.0.0.0/8", "192.0.2.1", "::1", "10.1.2.3"];
  assert.deepEqual(distinctBlocks(blocks.map(block), 4).map(writeBlock), [
    "10.0.0.0/8",
    "192.0.2.1",
  ]);
  assert.deepEqual(distinctBlocks(blocks.map(block), 6).map(writeBlock), ["::1"]);
});
