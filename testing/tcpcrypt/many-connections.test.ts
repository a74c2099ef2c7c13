import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { waitUntil } from "../kit/wait-until.ts";
import type { Daemon } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort } from "./kit/talk.ts";

const connections = 10_000;
const atOnce = 64;

test("10,000 connections have 10,000 session IDs, the same at both ends", async (t) => {
  const ends = await startEnds(t, { a: { workers: 2 }, b: { workers: 2 } });
  const { a, b } = ends;
  const [watchA, watchB] = [await ends.daemonA.watch(), await ends.daemonB.watch()];
  const port = freshPort();
  await b.listen(port, (socket) => {
    socket.once("data", (words) => socket.end(words));
  });

  const start = performance.now();
  let left = connections;
  const visit = async () => {
    while (left-- > 0) {
      const client = await a.connected({ address: b.ipv4, port });
      const words = `connection ${left}`;
      client.write(words);
      const [answer] = await once(client, "data");
      assert.equal(String(answer), words);
      client.resume();
      await once(client, "close");
    }
  };
  try {
    await Promise.all(Array.from({ length: atOnce }, visit));
  } catch (cause) {
    throw new Error(await accountOf(ends.daemonA, ends.daemonB), { cause });
  }
  const seconds = (performance.now() - start) / 1000;
  t.diagnostic(`${Math.round(connections / seconds)} connections a second`);

  await waitUntil(
    () => watchA.opened.length >= connections && watchB.opened.length >= connections,
    5000,
  );
  const [idsOfA, idsOfB] = [watchA, watchB].map(
    ({ opened }) => new Set(opened.map(({ sessionId }) => sessionId)),
  );
  assert.equal(watchA.opened.length, connections);
  assert.equal(idsOfA?.size, connections);
  assert.deepEqual(idsOfB, idsOfA);
  assert.equal(idsOfA.has(undefined), false);
  const resumed = watchA.opened.filter((connection) => connection.resumed).length;
  t.diagnostic(`${resumed} of them resumed`);
  watchA.stop();
  watchB.stop();
});

/** Why connections may have failed, in the daemons' own words. */
async function accountOf(...daemons: readonly Daemon[]): Promise<string> {
  const accounts = daemons.map(async (daemon) => {
    const { workers } = await daemon.status();
    const aborted = JSON.stringify(workers.map(({ counts }) => counts?.aborted ?? null));
    return `${daemon.host.label}: aborted ${aborted}; its log:\n${daemon.log}`;
  });
  return (await Promise.all(accounts)).join("\n");
}
