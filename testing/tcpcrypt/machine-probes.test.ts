import assert from "node:assert/strict";
import { test } from "node:test";
import { machineProbes } from "@countersign/tcpcryptd/kernel/probes/machine-probes.ts";
import { missingFromMachine } from "@countersign/tcpcryptd/kernel/probes.ts";
import { systemCalls } from "@countersign/tcpcryptd/kernel/system-calls.ts";

const user = ["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--no-new-privs"];
const worker = (rights: string) => [
  ...user,
  ...["--inh-caps", "--ambient-caps", "--bounding-set"].map((which) => `${which}=${rights}`),
];
const probes = (rights: string) =>
  machineProbes({
    calls: systemCalls(),
    becomeWorker: worker(rights),
    holdConnections() {},
  });

test("this machine lacks nothing", async () => {
  assert.deepEqual(await missingFromMachine(probes("-all,+net_raw")), []);
});

test("a worker without its one right is found out", async () => {
  const [missing, ...others] = await missingFromMachine(probes("-all"));
  assert.deepEqual(others, []);
  assert.match(missing?.what ?? "", /^marked sockets .*: setsockopt: EPERM$/);
});
