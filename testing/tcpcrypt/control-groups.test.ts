import assert from "node:assert/strict";
import { mkdirSync, rmdirSync } from "node:fs";
import { relative } from "node:path";
import { test } from "node:test";
import { findCgroup } from "@countersign/tcpcryptd/supervisor/machine/cgroup.ts";
import { thisMachine } from "@countersign/tcpcryptd/supervisor/machine/machine.ts";
import { atEnd, type Owner, onExit } from "../kit/cleanup.ts";
import type { Host } from "../kit/namespaces/host.ts";
import { createPair } from "../kit/namespaces/network.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { startDaemon } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort } from "./kit/talk.ts";

test("a rule of a control group is about the processes in it and below it", async (t) => {
  const group = createGroup(t);
  const inner = createGroup(t, group.folder);
  const [chosen, closed] = [freshPort(), freshPort()];
  const ends = await startEnds(t, {
    a: {
      outgoing: [
        { ports: [chosen], cgroup: group.name },
        { ports: [closed], cgroup: inner.name, mode: "required" },
      ],
    },
    b: { incoming: [{ ports: [chosen] }] },
  });
  const { a, b } = ends;
  for (const port of [chosen, closed]) await b.listen(port, (socket) => socket.end("hello"));
  const watch = await ends.daemonB.watch();
  const encrypted = () => watch.opened.filter(({ encrypted }) => encrypted).length;

  assert.equal(await visit(a, b, chosen), "hello");
  assert.equal(await visit(a, b, closed), "hello");
  assert.equal(await visit(a, b, closed, group.folder), "hello");
  assert.equal(encrypted(), 0);

  assert.equal(await visit(a, b, chosen, group.folder), "hello");
  assert.ok(await waitUntil(() => encrypted() === 1, 2000));
  assert.equal(await visit(a, b, chosen, inner.folder), "hello");
  assert.ok(await waitUntil(() => encrypted() === 2, 2000));

  assert.match(await visit(a, b, closed, inner.folder), /^(ECONNREFUSED|ECONNRESET)$/);
  ends.daemonA.signal("SIGKILL");
  assert.ok(
    await waitUntil(async () => (await visit(a, b, closed, inner.folder)) === "ECONNREFUSED", 2000),
  );
  assert.equal(await visit(a, b, closed), "hello");
});

test("does not start for the rule of a control group that is not there", async (t) => {
  const { a } = createPair(t);
  const outgoing = [{ ports: [80], cgroup: "countersign-test-nobody" }];
  await assert.rejects(startDaemon(t, a, { outgoing }), /nft refused the rules: cgroupv2 path/);
  assert.equal(await a.must("nft", "list", "ruleset"), "");
});

/** What a process says that connects, from a control group if one is given. */
async function visit(from: Host, to: Host, port: number, folder?: string): Promise<string> {
  const connect = `
    const socket = require("node:net").connect(${port}, "${to.ipv4}");
    let said = "";
    socket.on("data", (bytes) => (said += bytes));
    socket.on("error", ({ code }) => (said = code));
    socket.on("close", () => process.stdout.write(said));`;
  const enter = folder === undefined ? "" : `echo $$ > ${folder}/cgroup.procs && `;
  const command = `${enter}exec "$0" -e "$1"`;
  return from.must("sh", "-c", command, process.execPath, connect);
}

let groups = 0;

/** A control group, and its name as a rule gives it. */
function createGroup(owner: Owner, below?: string): { folder: string; name: string } {
  const { mount } = findCgroup(thisMachine);
  const folder = `${below ?? mount}/countersign-test-${process.pid}-${groups++}`;
  mkdirSync(folder);
  const forget = onExit(() => rmdirSync(folder));
  atEnd(owner, async () => {
    forget();
    await waitUntil(() => thisMachine.removeFolder(folder), 2000);
  });
  return { folder, name: relative(mount, folder) };
}
