import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Change,
  journalPath,
  openJournal,
  readJournal,
} from "../../../src/supervisor/machine/journal.ts";
import { smallMachine } from "./small-machine.ts";

const path = journalPath("/run/x");
const holder = { pid: 4711, startedAt: "99", boot: "boot-1", network: "net:[1]" };
const changes: readonly Change[] = [
  { kind: "parameter", path: "/proc/sys/a", before: "0", after: "1" },
  { kind: "command", command: "ip", args: ["rule", "del"] },
  { kind: "cgroup", folder: "/sys/fs/cgroup/x" },
];

test("is on the disk after each note", () => {
  const machine = smallMachine();
  const journal = openJournal(machine, path, holder);
  assert.deepEqual(readJournal(machine, path), { version: 1, holder, changes: [] });
  for (const [index, change] of changes.entries()) {
    journal.note(change);
    assert.deepEqual(readJournal(machine, path)?.changes, changes.slice(0, index + 1));
  }
  journal.remove();
  assert.equal(readJournal(machine, path), undefined);
});

test("refuses what is no journal, so that nothing is undone by mistake", () => {
  const good = { version: 1, holder, changes };
  const bad = [
    "",
    "{",
    "[]",
    JSON.stringify({ ...good, version: 2 }),
    JSON.stringify({ ...good, changes: [{ kind: "command", command: "ip" }] }),
    JSON.stringify({ ...good, changes: [{ kind: "shell", command: "rm", args: [] }] }),
    JSON.stringify({ ...good, holder: { ...holder, pid: 0 } }),
  ];
  for (const text of bad) {
    const machine = smallMachine({ [path]: text });
    assert.throws(() => readJournal(machine, path), { code: "bad-journal" }, text);
  }
  assert.deepEqual(readJournal(smallMachine({ [path]: JSON.stringify(good) }), path), good);
});
