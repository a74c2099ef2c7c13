import assert from "node:assert/strict";
import { test } from "node:test";
import { ruleStatuses, warningsOf, workerStatuses } from "../../src/supervisor/status.ts";
import { settingsFrom } from "./settings-from.ts";

const settings = settingsFrom({
  outgoing: [
    { ports: [80], destinations: ["10.0.0.0/8", "192.0.2.1"], cgroup: "a", aware: true },
    { ports: "all", mode: "required", resumption: false },
  ],
  incoming: [{ ports: [80] }, { ports: [81], aware: true, resumption: false }],
});

test("tells the rules in the words of the settings", () => {
  assert.deepEqual(ruleStatuses(settings), [
    {
      direction: "outgoing",
      ports: [80],
      mode: "opportunistic",
      conditions: ["to 10.0.0.0/8, 192.0.2.1", "from a", "aware"],
    },
    { direction: "outgoing", ports: "all", mode: "required", conditions: ["no resumption"] },
    { direction: "incoming", ports: [80], mode: "opportunistic", conditions: [] },
    {
      direction: "incoming",
      ports: [81],
      mode: "opportunistic",
      conditions: ["aware", "no resumption"],
    },
  ]);
});

test("tells of workers that are not there", () => {
  const counts = {
    open: { encrypted: 1, plain: 0, opening: 0 },
    opened: { encrypted: 1, plain: 0, resumed: 0 },
    aborted: {},
    cachedSecrets: 0,
  };
  const states = [
    { pid: 1, state: "ready" },
    { pid: 2, state: "resting" },
    { pid: 3, state: "ready" },
  ] as const;
  assert.deepEqual(workerStatuses(states, [{ counts }, undefined, undefined]), [
    { index: 0, pid: 1, counts },
    { index: 1, pid: null, counts: null },
    { index: 2, pid: 3, counts: null },
  ]);
});

test("warns of what is not as it should be", () => {
  const ready = [{ pid: 1, state: "ready" }] as const;
  const plain = settingsFrom({ incoming: [{ ports: [80] }] });
  assert.deepEqual(warningsOf(plain, { families: [4, 6], states: ready }), []);
  assert.equal(warningsOf(plain, { families: [4], states: ready }).length, 1);
  assert.equal(warningsOf(settings, { families: [4, 6], states: ready }).length, 1);
  const starting = [...ready, { pid: 2, state: "starting" }] as const;
  assert.match(
    warningsOf(plain, { families: [4, 6], states: starting })[0] ?? "",
    /1 of 2 workers/,
  );
});
