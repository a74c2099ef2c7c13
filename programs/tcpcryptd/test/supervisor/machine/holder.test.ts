import assert from "node:assert/strict";
import { test } from "node:test";
import { holderOf, isAlive } from "../../../src/supervisor/machine/holder.ts";
import { thisMachine } from "../../../src/supervisor/machine/machine.ts";
import { boot, smallMachine, statOf } from "./small-machine.ts";

const stat = "/proc/4711/stat";
const machine = smallMachine({ [stat]: statOf(4711, 99) });
const holder = { pid: 4711, startedAt: "99", boot: "boot-1", network: "net:[1]" };

test("knows a process by its number, its start and the machine's", () => {
  assert.deepEqual(holderOf(machine, 4711, "net:[1]"), holder);
  assert.equal(holderOf(machine, 4712, "net:[1]"), undefined);
});

const cases = {
  "is alive": [{ [stat]: statOf(4711, 99) }, true],
  "is dead when its number is free": [{}, false],
  "is dead when another process has its number": [{ [stat]: statOf(4711, 100) }, false],
  "is dead when only its parent has not looked yet": [{ [stat]: statOf(4711, 99, "Z") }, false],
  "is alive when it is stopped": [{ [stat]: statOf(4711, 99, "T") }, true],
  "is dead after the machine has started again": [
    { [stat]: statOf(4711, 99), [boot]: "boot-2" },
    false,
  ],
} satisfies Record<string, [Record<string, string>, boolean]>;

for (const [name, [files, expected]] of Object.entries(cases)) {
  test(name, () => {
    assert.equal(isAlive(smallMachine(files), holder), expected);
  });
}

test("this process is alive", () => {
  const own = holderOf(thisMachine, process.pid, "net:[1]");
  assert.ok(own !== undefined && isAlive(thisMachine, own));
});
