import assert from "node:assert/strict";
import { test } from "node:test";
import { oneLine } from "../../../src/supervisor/rules/one-line.ts";
import {
  removeRequiredTable,
  requiredTableText,
} from "../../../src/supervisor/rules/required-table.ts";
import { settingsFrom } from "../settings-from.ts";
import { chainOf, relays } from "./sample.ts";

const place = { encryptedPorts: [22], cgroupPrefix: "", ownCgroup: "a/tcpcryptd" };

function textOf(settings: object): readonly string[] | undefined {
  return requiredTableText(settingsFrom(settings), relays, place);
}

test("there is none unless a rule requires encryption", () => {
  const outgoing = [{ ports: [80] }, { ports: [81], mode: "off" }];
  assert.equal(textOf({ outgoing, incoming: [{ ports: "all" }] }), undefined);
});

test("has no owner, so that it stays", () => {
  const lines = textOf({ outgoing: [{ ports: [80], mode: "required" }] }) ?? [];
  assert.equal(lines[0], "table inet countersign_tcpcrypt_required {");
  assert.ok(!lines.some((line) => line.includes("owner")));
});

test("resets what leaves without a worker, in the order of the rules", () => {
  const outgoing = [
    { ports: [25] },
    { ports: [80], mode: "off", destinations: ["10.0.0.0/8"] },
    { ports: [80], mode: "required-aware" },
    { ports: [81] },
  ];
  assert.deepEqual(chainOf(textOf({ outgoing }) ?? [], "required_outgoing"), [
    "type filter hook output priority filter + 10",
    "policy accept",
    "meta l4proto != tcp return",
    "tcp flags & (fin | syn | rst | ack) != syn return",
    'oifname "lo" return',
    "fib daddr type { local, broadcast, anycast, multicast } return",
    "meta mark 0x43000000 return",
    "tcp dport { 25 } return",
    "ip daddr { 10.0.0.0/8 } tcp dport { 80 } return",
    "tcp dport { 80 } meta l4proto tcp reject with tcp reset",
  ]);
});

test("resets what two sockets open that both have asked, and leaves listening ones alone", () => {
  const outgoing = [{ ports: [25] }, { ports: "all", mode: "required" }];
  assert.deepEqual(chainOf(textOf({ outgoing }) ?? [], "required_both_sides"), [
    "type filter hook output priority filter + 10",
    "policy accept",
    "meta l4proto != tcp return",
    "tcp flags & (fin | syn | rst | ack) != (syn | ack) return",
    'oifname "lo" return',
    "fib daddr type { local, broadcast, anycast, multicast } return",
    "meta mark 0x43000000 return",
    "tcp dport { 25 } socket wildcard <= 1 return",
    "tcp dport != { 22 } socket wildcard <= 1 meta l4proto tcp reject with tcp reset",
  ]);
});

test("resets what arrives and was not redirected", () => {
  const incoming = [{ ports: [25] }, { ports: "all", mode: "required" }];
  assert.deepEqual(chainOf(textOf({ incoming }) ?? [], "required_incoming"), [
    "type filter hook input priority filter + 10",
    "policy accept",
    "meta l4proto != tcp return",
    "tcp flags & (fin | syn | rst | ack) != syn return",
    'iifname "lo" return',
    "tcp dport { 5000, 5001, 5004, 5002, 5003, 5005 } ct status & dnat == dnat return",
    "tcp dport { 25 } return",
    "tcp dport != { 22 } meta l4proto tcp reject with tcp reset",
  ]);
});

test("is removed whether it is there or not, in one line", () => {
  assert.equal(
    oneLine(removeRequiredTable),
    "table inet countersign_tcpcrypt_required { }; delete table inet countersign_tcpcrypt_required;",
  );
});
