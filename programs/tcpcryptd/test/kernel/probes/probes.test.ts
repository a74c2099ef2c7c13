import assert from "node:assert/strict";
import { test } from "node:test";
import { readCgroupMounts } from "../../../src/kernel/probes/bpf-probes.ts";
import { ruleProbes, run } from "../../../src/kernel/probes/rule-probes.ts";
import { missingFromMachine } from "../../../src/kernel/probes.ts";

const present = { what: "air", remedy: "open a window", try: () => {} };
const absent = {
  what: "water",
  remedy: "dig a well",
  try: () => Promise.reject(new Error("the tap is dry")),
};

test("names what is missing, in the machine's words, and the remedy", async () => {
  assert.deepEqual(await missingFromMachine([present]), []);
  assert.deepEqual(await missingFromMachine([absent, present]), [
    { what: "water: the tap is dry", remedy: "dig a well" },
  ]);
});

test("goes on after something missing", async () => {
  const missing = await missingFromMachine([absent, present, { ...absent, what: "wine" }]);
  assert.deepEqual(
    missing.map(({ what }) => what),
    ["water: the tap is dry", "wine: the tap is dry"],
  );
});

test("finds where cgroup2 is mounted", () => {
  const mountinfo = [
    "24 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw",
    "30 24 0:26 / /sys/fs/cgroup ro shared:9 - tmpfs tmpfs ro",
    "31 30 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw,nsdelegate",
    "32 24 0:28 / /mnt/with\\040space rw - cgroup2 none rw",
    "",
  ].join("\n");
  assert.deepEqual(readCgroupMounts(mountinfo), ["/sys/fs/cgroup/unified", "/mnt/with space"]);
  assert.deepEqual(readCgroupMounts(""), []);
});

test("a command's failure is told in its own words", () => {
  run("true", [], "");
  assert.throws(() => run("sh", ["-c", "echo no such thing >&2; exit 1"], ""), {
    message: "no such thing",
  });
  assert.throws(() => run("false", [], ""), { message: "false ended with 1" });
  assert.throws(() => run("no-such-program-anywhere", [], ""), {
    message: "no-such-program-anywhere cannot be started",
  });
});

test("every probe has a remedy", () => {
  for (const { what, remedy } of ruleProbes()) assert(what !== "" && remedy !== "");
});
