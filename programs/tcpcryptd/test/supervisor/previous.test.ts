import assert from "node:assert/strict";
import { test } from "node:test";
import { journalPath, openJournal } from "../../src/supervisor/machine/journal.ts";
import {
  cleanUpWith,
  ownNetwork,
  socketPath,
  undoPrevious,
} from "../../src/supervisor/previous.ts";
import { smallMachine, statOf } from "./machine/small-machine.ts";

const folder = "/run/x";
const parameter = "/proc/sys/a";

function machineAfter({ isAlive = false, isClosed = false } = {}) {
  const machine = smallMachine({ [parameter]: "1\n", [socketPath(folder)]: "" });
  if (isAlive) machine.files.set("/proc/4711/stat", statOf(4711, 99));
  const holder = { pid: 4711, startedAt: "99", boot: "boot-1", network: ownNetwork() };
  openJournal(machine, journalPath(folder), holder).note({
    kind: "parameter",
    path: parameter,
    before: "0",
    after: "1",
  });
  const tables = `table ip nat\n${isClosed ? "table inet countersign_tcpcrypt_required\n" : ""}`;
  machine.answers.set("nft list tables", tables);
  return machine;
}

test("does not touch what a living tcpcryptd has changed", async () => {
  const machine = machineAfter({ isAlive: true });
  for (const attempt of [undoPrevious, cleanUpWith]) {
    await assert.rejects(attempt(machine, folder, ownNetwork()), {
      code: "already-running",
      message: /process 4711/,
    });
  }
  assert.equal(machine.files.get(parameter), "1\n");
});

test("undoes what a dead one left, and forgets it", async () => {
  const machine = machineAfter();
  assert.deepEqual(await undoPrevious(machine, folder, ownNetwork()), []);
  assert.equal(machine.files.get(parameter), "0\n");
  assert.deepEqual(await undoPrevious(machine, folder, ownNetwork()), []);
});

test("down says what it did, and the second time that there was nothing", async () => {
  const machine = machineAfter({ isClosed: true });
  assert.deepEqual(await cleanUpWith(machine, folder), {
    undone: true,
    opened: true,
    problems: [],
  });
  assert.ok(
    machine.log.some((line) => line.includes("delete table inet countersign_tcpcrypt_required")),
  );
  assert.ok(!machine.files.has(socketPath(folder)));
  machine.answers.set("nft list tables", "");
  assert.deepEqual(await cleanUpWith(machine, folder), {
    undone: false,
    opened: false,
    problems: [],
  });
});
