import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProblem, parseSettings, referencePageOf } from "@countersign/settings";
import { tcpcryptSettings } from "../../src/settings/settings.ts";

function parsed(value: object) {
  return parseSettings(tcpcryptSettings, { name: "t", text: JSON.stringify(value) });
}

function problemsOf(value: object): string[] {
  const result = parsed(value);
  return result.ok ? [] : result.problems.map(({ setting }) => setting);
}

const least = { outgoing: [{ ports: [80] }] };

test("needs a rule, in either direction", () => {
  assert.deepEqual(problemsOf({}), ["outgoing"]);
  assert.deepEqual(problemsOf(least), []);
  assert.deepEqual(problemsOf({ incoming: [{ ports: "all" }] }), []);
});

test("fills in what is left out", () => {
  const result = parsed(least);
  assert.ok(result.ok);
  const { user, runtimeFolder, outgoing, ciphers, resumption, limits } = result.settings;
  assert.deepEqual([user, runtimeFolder], ["nobody", "/run/tcpcryptd"]);
  assert.deepEqual(outgoing, [
    {
      ports: [80],
      destinations: [],
      mode: "opportunistic",
      aware: false,
      resumption: true,
      passiveRole: false,
    },
  ]);
  assert.deepEqual(ciphers, ["aes-128-gcm", "aes-256-gcm", "chacha20-poly1305"]);
  assert.deepEqual(resumption, { enabled: true, secrets: 10_000, seconds: 3600 });
  assert.deepEqual(limits, { connections: 20_000, handshakeSeconds: 10, drainSeconds: 10 });
});

const refused = {
  "outgoing[0].ports[0]": { outgoing: [{ ports: [0] }] },
  "outgoing[0].destinations[0]": { outgoing: [{ ports: [80], destinations: ["10.0.0.1/8"] }] },
  "outgoing[0].cgroup": { outgoing: [{ ports: [80], cgroup: 'a"b' }] },
  "incoming[0].mode": { incoming: [{ ports: "all", mode: "secure" }] },
  runtimeFolder: { ...least, runtimeFolder: "run" },
  user: { ...least, user: "root" },
  group: { ...least, group: "a b" },
  workers: { ...least, workers: 17 },
  "keyExchanges[1]": { ...least, keyExchanges: ["p256", "p256"] },
  "ciphers[2]": { ...least, ciphers: ["aes-128-gcm", "aes-256-gcm", "aes-128-gcm"] },
};

for (const [setting, value] of Object.entries(refused)) {
  test(`refuses a wrong ${setting}`, () => {
    assert.deepEqual(problemsOf(value), [setting]);
  });
}

test("refuses paths of control groups that lead elsewhere", () => {
  for (const cgroup of ["/a", "a/../b", "..", "a//b", "a/", ".", "a b", ""]) {
    assert.deepEqual(problemsOf({ outgoing: [{ ports: [80], cgroup }] }), ["outgoing[0].cgroup"]);
  }
  assert.deepEqual(problemsOf({ outgoing: [{ ports: [80], cgroup: "system.slice/a.b" }] }), []);
});

test("refuses a rule that those before it leave nothing", () => {
  const shadowed = (rules: object[]) => problemsOf({ outgoing: rules });
  assert.deepEqual(shadowed([{ ports: [80, 81] }, { ports: [81] }]), ["outgoing[1]"]);
  assert.deepEqual(shadowed([{ ports: "all" }, { ports: [80] }]), ["outgoing[1]"]);
  assert.deepEqual(shadowed([{ ports: "all" }, { ports: "all" }]), ["outgoing[1]"]);
  // Known encrypted ports are not among all.
  assert.deepEqual(shadowed([{ ports: "all" }, { ports: [443] }]), []);
  assert.deepEqual(shadowed([{ ports: [80], cgroup: "a" }, { ports: [80] }]), []);
  assert.deepEqual(shadowed([{ ports: [80], destinations: ["10.0.0.0/8"] }, { ports: [80] }]), []);
});

test("reports all problems at once, in the words of the settings", () => {
  const result = parsed({ outgoing: [{ ports: [80] }, { ports: [80] }], user: "root", workers: 0 });
  assert.ok(!result.ok);
  assert.deepEqual(result.problems.map(({ setting }) => setting).sort(), [
    "outgoing[1]",
    "user",
    "workers",
  ]);
  for (const problem of result.problems) assert.match(describeProblem(problem), /expected/);
});

test("has a reference page", () => {
  assert.match(
    referencePageOf(tcpcryptSettings, { title: "tcpcryptd", intro: "Its settings." }),
    /plainSeconds/,
  );
});
