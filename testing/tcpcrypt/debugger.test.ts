import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createPair } from "../kit/namespaces/network.ts";
import { startDaemon } from "./kit/daemon.ts";

const sigusr1 = 10;

test("no other process of their user can have workers and watchdog listen to a debugger", async (t) => {
  const { a } = createPair(t);
  const { pid } = await startDaemon(t, a);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  const ofNode = children.filter((child) =>
    /main\.ts/.test(readFileSync(`/proc/${child}/cmdline`, "utf8")),
  );
  assert.equal(ofNode.length, 2);
  for (const child of ofNode) {
    const caught = BigInt(`0x${statusOf(child, "SigCgt")}`);
    assert.equal((caught >> BigInt(sigusr1 - 1)) & 1n, 0n, "SIGUSR1 opens Node's debugger");
  }
});

function statusOf(pid: string, field: string): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return new RegExp(`^${field}:\\s*(\\S+)$`, "m").exec(status)?.[1] ?? "";
}
