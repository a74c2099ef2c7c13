import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change, Journal } from "../../../src/supervisor/machine/journal.ts";
import { undo } from "../../../src/supervisor/machine/undo.ts";
import { smallMachine } from "./small-machine.ts";

const network = "net:[1]";
const forward = "/proc/sys/net/ipv4/tcp_fwmark_accept";
const cgroup = "/sys/fs/cgroup/x";

function journalOf(...changes: readonly Change[]): Journal {
  return { holder: { pid: 4711, startedAt: "99", boot: "boot-1", network }, changes };
}

const all = journalOf(
  { kind: "cgroup", folder: cgroup },
  { kind: "command", command: "ip", args: ["rule", "del"] },
  { kind: "parameter", path: forward, before: "0", after: "1" },
);

function changed() {
  return smallMachine({
    [forward]: "1\n",
    [`${cgroup}/cgroup.procs`]: "",
    [`${cgroup}/cgroup.kill`]: "",
  });
}

test("undoes the last change first", async () => {
  const machine = changed();
  assert.deepEqual(await undo(machine, all, network), []);
  assert.deepEqual(machine.log, [
    `write ${forward} 0`,
    "ip rule del",
    `write ${cgroup}/cgroup.kill 1`,
    `remove folder ${cgroup}`,
  ]);
  assert.equal(machine.files.get(forward), "0\n");
});

test("changes nothing the second time", async () => {
  const machine = changed();
  await undo(machine, all, network);
  const before = new Map(machine.files);
  machine.log.length = 0;
  machine.answers.set("ip rule del", new Error("ip: RTNETLINK answers: No such file or directory"));
  assert.deepEqual(await undo(machine, all, network), []);
  assert.deepEqual(machine.files, before);
  assert.deepEqual(machine.log, ["ip rule del"]);
});

test("leaves a parameter that somebody else has changed since", async () => {
  const machine = smallMachine({ [forward]: "2\n" });
  await undo(machine, all, network);
  assert.equal(machine.files.get(forward), "2\n");
});

test("waits for the processes of a control group, but not for ever", async () => {
  const machine = changed();
  machine.busy = 3;
  assert.deepEqual(await undo(machine, all, network), []);
  const stuck = changed();
  stuck.busy = 1_000_000;
  assert.deepEqual(await undo(stuck, all, network), [`${cgroup}: processes in it do not end`]);
});

test("goes on after a failure, and tells of it", async () => {
  const machine = changed();
  machine.answers.set("ip rule del", new Error("ip: Operation not permitted"));
  assert.deepEqual(await undo(machine, all, network), ["ip rule del: ip: Operation not permitted"]);
  assert.equal(machine.files.get(forward), "0\n");
  assert.ok(!machine.files.has(`${cgroup}/cgroup.procs`));
});

test("does nothing in another run of the machine", async () => {
  const machine = smallMachine({ [forward]: "1\n" });
  const { holder, changes } = all;
  assert.deepEqual(
    await undo(machine, { holder: { ...holder, boot: "boot-0" }, changes }, network),
    [],
  );
  assert.deepEqual(machine.log, []);
});

test("undoes only what it can reach from another network namespace", async () => {
  const machine = changed();
  const problems = await undo(machine, all, "net:[2]");
  assert.deepEqual(problems, [
    `${forward} belongs to another network namespace`,
    "ip rule del belongs to another network namespace",
  ]);
  assert.ok(!machine.files.has(`${cgroup}/cgroup.procs`));
  assert.equal(machine.files.get(forward), "1\n");
});

test("does not ask for a way to end processes that the kernel does not have", async () => {
  const machine = changed();
  machine.files.delete(`${cgroup}/cgroup.kill`);
  assert.deepEqual(await undo(machine, all, network), []);
});
