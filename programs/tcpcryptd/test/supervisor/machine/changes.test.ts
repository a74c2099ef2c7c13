import assert from "node:assert/strict";
import { test } from "node:test";
import { enterCgroup, findCgroup } from "../../../src/supervisor/machine/cgroup.ts";
import type { Change } from "../../../src/supervisor/machine/journal.ts";
import { setParameters } from "../../../src/supervisor/machine/parameters.ts";
import { addRoutes } from "../../../src/supervisor/machine/routes.ts";
import { type SmallMachine, smallMachine } from "./small-machine.ts";

/** A journal that shows in the machine's log when it was written. */
function journalIn(machine: SmallMachine) {
  return { note: (change: Change) => void machine.log.push(`note ${JSON.stringify(change)}`) };
}

const a = "/proc/sys/a";

test("notes how a parameter was before it is set", () => {
  const machine = smallMachine({ [a]: "0\n" });
  setParameters(machine, journalIn(machine), [{ path: a, value: "1" }]);
  assert.deepEqual(machine.log, [
    `note {"kind":"parameter","path":"${a}","before":"0","after":"1"}`,
    `write ${a} 1`,
  ]);
});

test("leaves a parameter that is right, and one that is optional and missing", () => {
  const machine = smallMachine({ [a]: "1\n" });
  setParameters(machine, journalIn(machine), [
    { path: a, value: "1" },
    { path: "/proc/sys/b", value: "1", isOptional: true },
  ]);
  assert.deepEqual(machine.log, []);
});

test("says which parameter is missing", () => {
  const machine = smallMachine();
  assert.throws(() => setParameters(machine, journalIn(machine), [{ path: a, value: "1" }]), {
    code: "sysctl-refused",
    message: /\/proc\/sys\/a is missing/,
  });
});

test("notes how to remove a route and a rule before each is added", () => {
  const machine = smallMachine();
  addRoutes(machine, journalIn(machine), [4]);
  const route = "local default dev lo table 0x4353";
  const rule = "pref 90 fwmark 0x43000001 lookup 0x4353";
  const del = (object: string, words: string) =>
    `note ${JSON.stringify({ kind: "command", command: "ip", args: ["-4", object, "del", ...words.split(" ")] })}`;
  assert.deepEqual(machine.log, [
    del("route", route),
    `ip -4 route add ${route}`,
    del("rule", rule),
    `ip -4 rule add ${rule}`,
  ]);
});

const mounts = {
  usual: "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
  unified:
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n" +
    "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
  elsewhere: "50 23 0:38 / /mnt/a\\040b rw - cgroup2 none rw\n",
  inside: "50 23 0:38 /box/1 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
};

const places = {
  "below the group of a service": [
    mounts.usual,
    "0::/system.slice/x.service\n",
    "/sys/fs/cgroup/system.slice/x.service",
    "",
  ],
  "beside the older hierarchies": [
    mounts.unified,
    "4:memory:/a\n0::/\n",
    "/sys/fs/cgroup/unified",
    "unified/",
  ],
  "where it is mounted unusually": [mounts.elsewhere, "0::/\n", "/mnt/a b", "../../../mnt/a b/"],
  "in a container that sees its part": [mounts.inside, "0::/box/1/y\n", "/sys/fs/cgroup/y", ""],
  "in a container that does not see its own group": [
    mounts.usual,
    "0::/../z\n",
    "/sys/fs/cgroup",
    "",
  ],
} satisfies Record<string, [string, string, string, string]>;

for (const [name, [mountinfo, own, folder, prefix]] of Object.entries(places)) {
  test(`makes its control group ${name}`, () => {
    const machine = smallMachine({
      "/proc/self/mountinfo": mountinfo,
      "/proc/self/cgroup": own,
      [`${folder}/cgroup.procs`]: "",
    });
    const group = enterCgroup(machine, journalIn(machine), 7);
    const fresh = `${folder}/countersign-tcpcrypt-7`;
    assert.deepEqual([group.folder, group.nftPrefix], [fresh, prefix]);
    group.leave();
    assert.deepEqual(machine.log, [
      `note {"kind":"cgroup","folder":"${fresh}"}`,
      `folder ${fresh}`,
      `write ${fresh}/cgroup.procs 7`,
      `write ${folder}/cgroup.procs 7`,
    ]);
  });
}

test("says when cgroup2 is not mounted", () => {
  const machine = smallMachine({ "/proc/self/mountinfo": "", "/proc/self/cgroup": "0::/\n" });
  assert.throws(() => findCgroup(machine), { code: "no-cgroup", message: /not mounted/ });
});
