import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { ConnectionReport, WorkerCounts } from "../../src/worker/messages.ts";
import { allOf } from "./joined-sockets.ts";
import { type Host, opportunistic, TwoHosts } from "./two-hosts.ts";

const unresumed = { ...opportunistic, resumption: false };

async function onlyReport(host: Host): Promise<ConnectionReport & { encrypted: true }> {
  const answer = await host.ask({ ask: "connections" });
  assert.ok("connections" in answer);
  const [report] = answer.connections;
  assert.ok(answer.connections.length === 1 && report?.encrypted);
  return report;
}

/** Opens a connection, exchanges a word each way, closes it; gives what both sides reported. */
async function visit(hosts: TwoHosts): Promise<ConnectionReport & { encrypted: true }> {
  const { opener, acceptor } = await hosts.open();
  const asked = once(acceptor, "data");
  opener.write("?");
  assert.equal(String((await asked)[0]), "?");
  const answered = once(opener, "data");
  acceptor.write("!");
  assert.equal(String((await answered)[0]), "!");
  const [client, server] = [await onlyReport(hosts.client), await onlyReport(hosts.server)];
  assert.equal(client.sessionId, server.sessionId);
  assert.equal(client.resumed, server.resumed);
  const ends = Promise.all([allOf(opener), allOf(acceptor)]);
  opener.end();
  acceptor.end();
  await ends;
  for (const host of [hosts.client, hosts.server]) await gone(host);
  return client;
}

async function gone(host: Host): Promise<void> {
  while (true) {
    const answer = await host.ask({ ask: "connections" });
    if ("connections" in answer && answer.connections.length === 0) return;
    await new Promise(setImmediate);
  }
}

test("resumes again and again, with a new session ID each time", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const ids = new Set<string>();
  for (let round = 0; round < 4; round += 1) {
    const { resumed, sessionId, role } = await visit(hosts);
    assert.equal(resumed, round > 0);
    assert.equal(role, "A");
    assert.match(sessionId, round > 0 ? /^A3/ : /^23/);
    ids.add(sessionId);
  }
  assert.equal(ids.size, 4);
  assert.equal(hosts.server.eno.answers.size, 1);
});

test("connections at the same time use a secret each, or exchange keys", async (t) => {
  const hosts = await new TwoHosts().start(t);
  await visit(hosts);
  const both = [await hosts.open(), await hosts.open()];
  const answer = await hosts.server.ask({ ask: "connections" });
  assert.ok("connections" in answer);
  const resumed = answer.connections.map((each) => each.encrypted && each.resumed);
  assert.deepEqual(resumed, [true, false]);
  for (const { opener } of both) opener.destroy();
});

test("a connection that shall not resume leaves the secret alone, and keeps none itself", async (t) => {
  const hosts = await new TwoHosts().start(t);
  await visit(hosts);
  hosts.treatment = unresumed;
  assert.equal((await visit(hosts)).resumed, false);
  assert.equal((await countsOf(hosts.client)).cachedSecrets, 1);
  hosts.treatment = opportunistic;
  assert.equal((await visit(hosts)).resumed, true);
});

test("where connections shall not resume, a peer that offers it gets fresh keys", async (t) => {
  const hosts = await new TwoHosts({ serverTreatment: unresumed }).start(t);
  for (let round = 0; round < 2; round += 1) {
    assert.equal((await visit(hosts)).resumed, false);
    assert.equal((await countsOf(hosts.client)).cachedSecrets, 1);
    assert.equal((await countsOf(hosts.server)).cachedSecrets, 0);
    assert.equal(hosts.server.eno.answers.size, 0);
  }
});

for (const which of ["client", "server"] as const) {
  test(`exchanges keys when resumption is off (${which})`, async (t) => {
    const hosts = await new TwoHosts({ [which]: { resumption: { enabled: false } } }).start(t);
    for (let round = 0; round < 2; round += 1) assert.equal((await visit(hosts)).resumed, false);
  });

  for (const when of ["before", "after"] as const) {
    test(`exchanges keys when the secret was flushed (${which}, ${when} the peer's first frame)`, async (t) => {
      const hosts = await new TwoHosts().start(t);
      const ends = await hosts.open();
      if (when === "before") await flush(hosts, which, ends);
      ends.opener.write("?");
      await once(ends.acceptor, "data");
      ends.acceptor.write("!");
      await once(ends.opener, "data");
      if (when === "after") await flush(hosts, which, ends);
      const both = Promise.all([allOf(ends.opener), allOf(ends.acceptor)]);
      ends.opener.end();
      ends.acceptor.end();
      await both;
      for (const host of [hosts.client, hosts.server]) await gone(host);
      assert.equal((await countsOf(hosts[which])).cachedSecrets, 0);
      assert.equal((await visit(hosts)).resumed, false);
    });
  }
}

async function flush(
  hosts: TwoHosts,
  which: "client" | "server",
  { acceptor, local, remote }: Awaited<ReturnType<TwoHosts["open"]>>,
): Promise<void> {
  const atServer = {
    local: hosts.server.destination,
    remote: { address: "127.0.0.1", port: acceptor.remotePort ?? 0 },
  };
  const ends = which === "client" ? { local, remote } : atServer;
  assert.deepEqual(await hosts[which].ask({ ask: "flush", ...ends }), { done: true });
}

async function countsOf(host: Host): Promise<WorkerCounts> {
  const answer = await host.ask({ ask: "counts" });
  assert.ok("counts" in answer);
  return answer.counts;
}

test("who was answered just before a secret is too old can still resume", async (t) => {
  const hosts = await new TwoHosts({ server: { resumption: { seconds: 100 } } }).start(t);
  await visit(hosts);
  hosts.clock.advance(99_000);
  const opened = hosts.open();
  // The SYN has been answered; the connection reaches the worker when the secret's time is over.
  hosts.clock.advance(2000);
  const { opener } = await opened;
  assert.equal((await onlyReport(hosts.server)).resumed, true);
  opener.destroy();
});

test("a secret that is too old is wiped when nobody can have been answered any more", async (t) => {
  const hosts = await new TwoHosts({ server: { resumption: { seconds: 100 } } }).start(t);
  for (const seconds of [0, 30]) {
    hosts.clock.advance(seconds * 1000);
    const { opener, acceptor } = await hosts.open();
    const got = once(acceptor, "data");
    opener.write("?");
    await got;
    opener.destroy();
  }
  const kept = async () => [
    hosts.server.eno.answers.size,
    (await countsOf(hosts.server)).cachedSecrets,
  ];
  const seen: number[][] = [];
  for (let half = 0; half < 5; half += 1) {
    seen.push(await kept());
    hosts.clock.advance(35_000);
  }
  seen.push(await kept());
  assert.deepEqual(seen, [
    [2, 2],
    [2, 2],
    [1, 2],
    [0, 2],
    [0, 1],
    [0, 0],
  ]);
});

test("a secret that is too old is forgotten, and its answer before it", async (t) => {
  const hosts = await new TwoHosts({ server: { resumption: { seconds: 100 } } }).start(t);
  await visit(hosts);
  hosts.clock.advance(99_000);
  assert.equal(hosts.server.eno.answers.size, 1);
  hosts.clock.advance(1100);
  assert.equal(hosts.server.eno.answers.size, 0);
  assert.equal((await visit(hosts)).resumed, false);
});

test("keeps no more secrets than it may, and answers for no others", async (t) => {
  const hosts = await new TwoHosts({ server: { resumption: { secrets: 1 } } }).start(t);
  const open = [await hosts.open(), await hosts.open(), await hosts.open()];
  for (const { opener, acceptor } of open) {
    const got = once(acceptor, "data");
    opener.write("?");
    await got;
  }
  assert.equal(hosts.server.eno.answers.size, 1);
  for (const { opener } of open) opener.destroy();
});

test("a secret that the kernel agreed to but nobody has is a reset", async (t) => {
  const hosts = await new TwoHosts({ server: { resumption: { seconds: 100 } } }).start(t);
  await visit(hosts);
  const answers = new Map(hosts.server.eno.answers);
  hosts.clock.advance(200_000);
  for (const [key, half] of answers) hosts.server.eno.answers.set(key, half);
  const { id } = await hosts.client.dial(hosts.server.incomingPort);
  assert.equal(await allOf(hosts.client.claim(id)), "ECONNRESET");
  const answer = await hosts.server.ask({ ask: "counts" });
  assert.deepEqual("counts" in answer && answer.counts.aborted, { "unknown-secret": 1 });
  assert.equal((await visit(hosts)).resumed, false);
});

test("offers no secret where the option has no room for it", async (t) => {
  const treatment = { ...opportunistic, aware: true };
  const hosts = await new TwoHosts({ treatment }).start(t);
  for (let round = 0; round < 2; round += 1) {
    const { resumed, aware } = await visit(hosts);
    assert.equal(resumed, false);
    assert.deepEqual(aware, { local: true, remote: true });
  }
});
