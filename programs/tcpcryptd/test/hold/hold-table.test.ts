import assert from "node:assert/strict";
import { test } from "node:test";
import { NetlinkRefusal } from "../../src/hold/conversation.ts";
import { makeHoldTable } from "../../src/hold/hold-table.ts";
import type { Message } from "../../src/hold/netlink.ts";
import { standInKernel } from "./stand-in-kernel.ts";

const enoent = 2;
const isRule = ({ type }: Message) => type === 0x0a06;
const names = (expression: string) => (message: Message) =>
  isRule(message) && Buffer.from(message.body).includes(`${expression}\0`);

test("prefers nftables' own expression", () => {
  const kernel = standInKernel(() => 0);
  assert.equal(makeHoldTable(kernel, 0, { name: "t", queue: 5 }), "queue");
  assert.deepEqual(
    kernel.sent.map(({ type }) => type),
    [0x10, 0x0a00, 0x0a03, 0x0a06, 0x11],
  );
});

test("falls back to the one of iptables where the kernel was built without it", () => {
  const kernel = standInKernel((message) => (names("queue")(message) ? enoent : 0));
  assert.equal(makeHoldTable(kernel, 0, { name: "t", queue: 0x1234 }), "target");
  const rule = kernel.sent.findLast(isRule)?.body ?? assert.fail();
  // struct xt_NFQ_info_v3: queue 0x1234, one of them, bypass.
  assert.ok(Buffer.from(rule).includes(Buffer.from("3412010001000000", "hex")));
});

test("says what the kernel refused when it takes neither", () => {
  const kernel = standInKernel((message) => (isRule(message) ? enoent : 0));
  assert.throws(
    () => makeHoldTable(kernel, 0, { name: "t", queue: 5 }),
    (error: unknown) => error instanceof NetlinkRefusal && error.code === "ENOENT",
  );
});
