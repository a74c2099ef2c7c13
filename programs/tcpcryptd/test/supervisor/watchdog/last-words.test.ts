import assert from "node:assert/strict";
import { test } from "node:test";
import { areWorkersGone } from "../../../src/supervisor/watchdog/last-words.ts";

const group = "/sys/fs/cgroup/x";

function isGoneWith(processes: Readonly<Record<number, string | undefined>>): boolean {
  const read = (path: string) =>
    path === `${group}/cgroup.procs`
      ? Object.keys(processes).join("\n")
      : processes[Number(/^\/proc\/(\d+)\/comm$/.exec(path)?.[1])];
  return areWorkersGone(group, 7, read);
}

test("waits for every process but itself and nft", () => {
  assert.equal(isGoneWith({ 7: "node\n", 8: "nft\n" }), true);
  assert.equal(isGoneWith({ 7: "node\n", 8: "nft\n", 9: "node\n" }), false);
});

test("does not wait for one that ends at this moment, or for a group that is not there", () => {
  assert.equal(isGoneWith({ 7: "node\n", 9: undefined }), true);
  assert.equal(
    areWorkersGone(group, 7, () => undefined),
    true,
  );
});
