import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { type Ends, startEnds } from "./kit/ends.ts";
import { assertEncrypted, endingOf, freshPort, openTalk, pour, say, soak } from "./kit/talk.ts";

test("connections begin and end as they do without tcpcryptd", async (t) => {
  const ends = await startEnds(t);
  for (const family of [4, 6] as const) {
    await t.test(`over IPv${family}`, (t) => beginAndEnd(t, ends, family));
  }
});

type Test = import("node:test").TestContext;

async function beginAndEnd(t: Test, ends: Ends, family: 4 | 6): Promise<void> {
  const { a, b } = ends;
  const address = b.address(family);

  await t.test("a port that nobody listens on refuses at once", async () => {
    const start = performance.now();
    await assert.rejects(a.connected({ address, port: freshPort() }), { code: "ECONNREFUSED" });
    assert(performance.now() - start < 500);
  });

  await t.test("a server that stopped refuses, too", async () => {
    const port = freshPort();
    const talk = await openTalk(a, b, { family, port });
    await assertEncrypted(ends, talk);
    talk.client.destroy();
    await assert.rejects(a.connected({ address, port }), { code: "ECONNREFUSED" });
  });

  await t.test("a host that is not there is unreachable", async () => {
    const nobody = family === 4 ? "192.0.2.77" : "2001:db8::77";
    await assert.rejects(a.connected({ address: nobody, port: 80 }), { code: "EHOSTUNREACH" });
  });

  await t.test("a network that nobody knows is unreachable", async () => {
    const nowhere = family === 4 ? "203.0.113.1" : "2001:db8:77::1";
    await assert.rejects(a.connected({ address: nowhere, port: 80 }), { code: "ENETUNREACH" });
  });

  await t.test("a host that says nothing is a time-out, by the application's kernel", async () => {
    const port = freshPort();
    await a.sysctl({ "net.ipv4.tcp_syn_retries": 1 });
    await b.nft(`table inet silent {
      chain in { type filter hook prerouting priority raw; tcp dport ${port} drop; }
    }`);
    const start = performance.now();
    await assert.rejects(a.connected({ address, port }), { code: "ETIMEDOUT" });
    const seconds = (performance.now() - start) / 1000;
    assert(seconds > 1.5 && seconds < 8, `after ${seconds} s`);
    await a.sysctl({ "net.ipv4.tcp_syn_retries": 6 });
    await b.nft("delete table inet silent");
  });

  await t.test("a client that has ended still reads", async () => {
    const { client, server } = await openTalk(a, b, { family, allowHalfOpen: true });
    server.resume();
    client.end();
    await once(server, "end");
    await say(server, client, "there is more");
    const ending = endingOf(client);
    server.end("the last words");
    const { received, ended, code } = await ending;
    assert.equal(received.toString(), "the last words");
    assert.equal(ended, true);
    assert.equal(code, undefined);
  });

  await t.test("a server that has ended still reads", async () => {
    const { client, server } = await openTalk(a, b, { family, allowHalfOpen: true });
    client.resume();
    server.end();
    await once(client, "end");
    await say(client, server, "there is more");
    const ending = endingOf(server);
    client.end("the last words");
    assert.equal((await ending).received.toString(), "the last words");
  });

  await t.test("everything arrives before the end", async () => {
    const { client, server } = await openTalk(a, b, { family });
    const arrived = soak(client, 3_000_000);
    const sent = await pour(server, 3_000_000);
    server.end();
    assert.equal(await arrived, sent);
    assert.deepEqual(await endingOf(client.resume()), {
      received: Buffer.alloc(0),
      ended: true,
      code: undefined,
    });
  });

  for (const who of ["client", "server"] as const) {
    await t.test(`a reset by the ${who} is a reset`, async () => {
      const talk = await openTalk(a, b, { family });
      const ending = endingOf(who === "client" ? talk.server : talk.client);
      talk[who].resetAndDestroy();
      const { ended, code } = await ending;
      assert.equal(code, "ECONNRESET");
      assert.equal(ended, false);
    });

    await t.test(`a reset by the ${who} behind data does not become an end`, async () => {
      const talk = await openTalk(a, b, { family });
      const ending = endingOf(who === "client" ? talk.server : talk.client);
      talk[who].write(Buffer.alloc(100_000, 1), () => talk[who].resetAndDestroy());
      const { ended, code } = await ending;
      assert.equal(code, "ECONNRESET");
      assert.equal(ended, false);
    });
  }
}
