import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { waitUntil } from "../kit/wait-until.ts";
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
  const tick = setInterval(() => process.stderr.write(`left ${left}\n`), 5000).unref();
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
  let e1: unknown;
  await Promise.all(Array.from({ length: atOnce }, visit)).catch((e) => { e1 = e; });
  for (const d of [ends.daemonA, ends.daemonB]) { t.diagnostic(JSON.stringify((await d.status()).workers)); t.diagnostic(d.log.slice(-1500)); }
  if (e1) throw e1;
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
