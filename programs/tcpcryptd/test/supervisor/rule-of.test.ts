import assert from "node:assert/strict";
import { test } from "node:test";
import { heldMark } from "../../src/marks.ts";
import { outgoingRuleOf } from "../../src/supervisor/rule-of.ts";
import { settingsFrom } from "./settings-from.ts";

const settings = settingsFrom({
  encryptedPorts: [443],
  outgoing: [
    { ports: [80], destinations: ["10.0.0.0/8", "2001:db8::/32"], mode: "off" },
    { ports: [80], cgroup: "a", mode: "required-aware" },
    { ports: [80, 443], mode: "required" },
    { ports: "all", mode: "opportunistic" },
  ],
});

const cases: readonly [
  address: string,
  port: number,
  preselected: number,
  rule: number | undefined,
][] = [
  ["10.1.2.3", 80, 0, 0],
  ["2001:db8::1", 80, 0, 0],
  ["2001:db9::1", 80, 2, 2],
  ["192.0.2.1", 80, 1, 1],
  ["192.0.2.1", 80, 2, 2],
  // What nft says decides about control groups alone.
  ["10.1.2.3", 80, 1, 0],
  ["192.0.2.1", 443, 2, 2],
  ["192.0.2.1", 8080, 3, 3],
  ["192.0.2.1", 8080, 1, 3],
];

for (const [address, port, preselected, rule] of cases) {
  test(`finds rule ${rule} for ${address} port ${port}, marked with ${preselected}`, () => {
    const syn = { remote: { address, port }, mark: heldMark(preselected) };
    const found = outgoingRuleOf(settings, syn);
    assert.equal(found && settings.outgoing.indexOf(found), rule);
  });
}

test("finds none where none matches", () => {
  const { outgoing, encryptedPorts } = settings;
  const all = { encryptedPorts, outgoing: outgoing.slice(3) };
  const syn = { remote: { address: "192.0.2.1", port: 443 }, mark: heldMark(0) };
  assert.equal(outgoingRuleOf(all, syn), undefined);
});

test("a mark that is no answer of nft selects no control group", () => {
  const syn = { remote: { address: "192.0.2.1", port: 80 }, mark: 0 };
  assert.equal(outgoingRuleOf(settings, syn), settings.outgoing[2]);
});
