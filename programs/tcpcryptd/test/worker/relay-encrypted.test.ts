import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Connection, ConnectionEvent, Effect, Session } from "@countersign/tcpcrypt";
import type { ConnectionReport, WorkerCounts } from "../../src/worker/messages.ts";
import type { RelayEnd } from "../../src/worker/relay.ts";
import { EncryptedRelay } from "../../src/worker/relay-encrypted.ts";
import { WakeUps } from "../../src/worker/wake-ups.ts";
import { HandClock } from "./hand-clock.ts";
import {
  allOf,
  legAndFarEnd,
  listening,
  resets,
  wireTo,
  writtenUntilItStops,
} from "./joined-sockets.ts";
import { type Host, TwoHosts } from "./two-hosts.ts";

async function countsOf(host: Host): Promise<WorkerCounts> {
  const answer = await host.ask({ ask: "counts" });
  assert.ok("counts" in answer);
  return answer.counts;
}

async function reportsOf(host: Host): Promise<readonly ConnectionReport[]> {
  const answer = await host.ask({ ask: "connections" });
  assert.ok("connections" in answer);
  return answer.connections;
}

/** Waits until a host carries nothing any more. */
async function quiet(host: Host): Promise<WorkerCounts> {
  while (true) {
    const counts = await countsOf(host);
    const { encrypted, plain, opening } = counts.open;
    if (encrypted + plain + opening === 0) return counts;
    await setImmediate();
  }
}

/** Both ends have heard of each other. */
async function exchanged(one: Socket, other: Socket): Promise<void> {
  one.write("?");
  await once(other, "data");
  other.write("!");
  await once(one, "data");
}

test("carries bytes both ways unchanged, and both ends report the same session", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const { opener, acceptor, local, remote } = await hosts.open();
  const up = randomBytes(1_500_001);
  const down = randomBytes(700_003);
  const got = Promise.all([allOf(opener), allOf(acceptor)]);
  opener.end(up);
  const ask = { ask: "connection", local, remote } as const;
  const answer = await hosts.client.ask(ask);
  assert.ok("connections" in answer);
  const [[client], [server]] = [answer.connections, await reportsOf(hosts.server)];
  assert.ok(client?.encrypted && server?.encrypted);
  assert.match(client.sessionId, /^23[0-9A-F]{64}$/);
  assert.equal(client.sessionId, server.sessionId);
  assert.deepEqual([client.role, server.role], ["A", "B"]);
  assert.deepEqual([client.direction, server.direction], ["outgoing", "incoming"]);
  assert.deepEqual([client.local, client.remote], [local, remote]);
  assert.deepEqual(server.local, hosts.server.destination);
  assert.deepEqual(server.remote, { address: "127.0.0.1", port: acceptor.remotePort });
  acceptor.end(down);
  const [atOpener, atAcceptor] = await got;
  assert.ok(down.equals(atOpener as Buffer));
  assert.ok(up.equals(atAcceptor as Buffer));
});

for (const first of ["opener", "acceptor"] as const) {
  const second = first === "opener" ? "acceptor" : "opener";

  test(`ends the other direction only when it ends by itself (${first} first)`, async (t) => {
    const hosts = await new TwoHosts().start(t);
    const ends = await hosts.open();
    const atSecond = allOf(ends[second]);
    ends[first].end("first");
    assert.equal(String(await atSecond), "first");
    const atFirst = allOf(ends[first]);
    ends[second].write("se");
    await setImmediate();
    ends[second].end("cond");
    assert.equal(String(await atFirst), "second");
    for (const host of [hosts.client, hosts.server]) {
      assert.deepEqual((await quiet(host)).aborted, {});
    }
  });

  test(`maps a reset to a reset (${first} resets)`, async (t) => {
    const hosts = await new TwoHosts().start(t);
    const ends = await hosts.open();
    // A reset that comes before the worker has seen the connection counts as unreachable.
    await exchanged(ends.opener, ends.acceptor);
    const atSecond = allOf(ends[second]);
    resets(ends[first]);
    assert.equal(await atSecond, "ECONNRESET");
    const near = first === "opener" ? hosts.client : hosts.server;
    const far = first === "opener" ? hosts.server : hosts.client;
    assert.deepEqual((await quiet(near)).aborted, { "application-reset": 1 });
    assert.deepEqual((await quiet(far)).aborted, { "network-reset": 1 });
  });
}

test("a stream that was cut without FINp is a reset, not an end", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const wire = await wireTo(t, hosts.server.incomingPort);
  const { opener, acceptor } = await hosts.open(wire.port);
  const { near, far } = await wire.connection;
  const pieces: Buffer[] = [];
  acceptor.on("data", (piece: Buffer) => pieces.push(piece));
  opener.write("all of it");
  while (Buffer.concat(pieces).length < 9) await setImmediate();
  const atAcceptor = allOf(acceptor);
  near.unpipe(far);
  far.end();
  assert.equal(await atAcceptor, "ECONNRESET");
  assert.deepEqual((await quiet(hosts.server)).aborted, { "end-without-finp": 1 });
});

test("waits only for a time for the FIN of a peer that has said its last word", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const wire = await wireTo(t, hosts.server.incomingPort);
  const { opener, acceptor } = await hosts.open(wire.port);
  const { near, far } = await wire.connection;
  near.unpipe(far);
  near.on("data", (piece: Buffer) => far.write(piece));
  near.resume();
  const ends = Promise.all([allOf(opener), allOf(acceptor)]);
  opener.end("first");
  acceptor.end("second");
  assert.deepEqual((await ends).map(String), ["second", "first"]);
  assert.deepEqual((await quiet(hosts.client)).aborted, {});
  const ended = once(far, "close");
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  hosts.clock.advance(29_000);
  assert.equal((await reportsOf(hosts.server)).length, 1);
  hosts.clock.advance(1200);
  assert.deepEqual((await quiet(hosts.server)).aborted, {});
  far.end();
  assert.deepEqual(await ended, [false]);
});

test("stops reading a peer that asks for new keys without end and reads nothing", async (t) => {
  const server = await listening(t);
  const [{ leg, far }, ours] = [await legAndFarEnd(server), await legAndFarEnd(server)];
  const clock = new HandClock();
  const session = { tep: 0x23, aead: 1, sessionId: new Uint8Array(33) } as unknown as Session;
  const answer = Buffer.alloc(200_000);
  let answers = 0;
  const connection = {
    phase: "exchanging-frames",
    handle({ type }: ConnectionEvent): readonly Effect[] {
      if (type === "start") return [{ type: "established", session }];
      if (type !== "received") return [];
      answers += 1;
      return [{ type: "send", pieces: [answer] }];
    },
  } as unknown as Connection;
  const mistaken = (error: unknown) => {
    throw error;
  };
  const [keep, established] = [() => {}, () => {}];
  const done = Promise.withResolvers<RelayEnd>();
  const relay = new EncryptedRelay(
    {
      ...{ connection, network: leg, wakeUps: new WakeUps(clock), keepAliveMilliseconds: 0 },
      ...{ now: clock.now, mistaken, keep, established, done: done.resolve },
    },
    ours.leg,
  );
  relay.start();
  t.after(() => [far, ours.far].map((socket) => socket.destroy()));
  far.pause();
  far.on("error", () => {});
  const taken = await writtenUntilItStops(far, randomBytes(1 << 20));
  assert.ok(taken < 64, `took ${taken} MiB`);
  assert.ok(answers < 500, `${answers} answers`);

  // Whoever reads again is heard again.
  const before = answers;
  far.resume();
  while (answers <= before) await setImmediate();
  relay.reset();
  assert.equal(await done.promise, "reset-by-us");
});

test("a bit changed on the way is a reset, and nothing of it is delivered", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const wire = await wireTo(t, hosts.server.incomingPort);
  const { opener, acceptor } = await hosts.open(wire.port);
  const { near, far } = await wire.connection;
  near.unpipe(far);
  near.on("data", (piece: Buffer) => {
    piece.writeUInt8(piece.readUInt8(piece.length - 1) ^ 1, piece.length - 1);
    far.write(piece);
  });
  near.resume();
  const delivered: Buffer[] = [];
  acceptor.on("data", (piece: Buffer) => delivered.push(piece));
  const atAcceptor = allOf(acceptor);
  const atOpener = allOf(opener);
  opener.write("something");
  assert.equal(await atAcceptor, "ECONNRESET");
  assert.equal(await atOpener, "ECONNRESET");
  assert.equal(Buffer.concat(delivered).length, 0);
  assert.deepEqual((await quiet(hosts.server)).aborted, { "forged-frame": 1 });
});

test("reads no faster than a slow application takes, and loses nothing", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const { opener, acceptor } = await hosts.open();
  acceptor.pause();
  const piece = randomBytes(1 << 20);
  const taken = await writtenUntilItStops(opener, piece);
  assert.ok(taken < 64, `took ${taken} MiB`);
  const got = allOf(acceptor);
  acceptor.resume();
  opener.end();
  const all = (await got) as Buffer;
  assert.equal(all.length, taken * piece.length);
  assert.ok(all.subarray(-piece.length).equals(piece));
});

test("a keep-alive under way does not end a connection whose application is slow", async (t) => {
  const settings = { keepAliveSeconds: 10 };
  const hosts = await new TwoHosts({ client: settings, server: settings }).start(t);
  const { opener, acceptor } = await hosts.open();
  acceptor.pause();
  const taken = await writtenUntilItStops(opener, randomBytes(1 << 20));
  for (let minute = 0; minute < 5; minute += 1) {
    hosts.clock.advance(60_000);
    for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  }
  assert.equal((await reportsOf(hosts.server)).length, 1);
  const got = allOf(acceptor);
  acceptor.resume();
  opener.end();
  assert.equal(((await got) as Buffer).length, taken << 20);
});

/** A connection whose client has asked for a sign of life; what the server says lies on the wire. */
async function probed(t: TestContext, said = Buffer.alloc(0)) {
  const hosts = await new TwoHosts({ client: { keepAliveSeconds: 10 } }).start(t);
  const wire = await wireTo(t, hosts.server.incomingPort);
  const { opener, acceptor } = await hosts.open(wire.port);
  await exchanged(opener, acceptor);
  const { near, far } = await wire.connection;
  far.unpipe(near);
  const pieces: Buffer[] = [];
  far.on("data", (piece: Buffer) => pieces.push(piece));
  far.resume();
  acceptor.write(said);
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  hosts.clock.advance(10_100);
  hosts.clock.advance(10_100);
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  const [report] = await reportsOf(hosts.server);
  assert.ok(report?.encrypted && report.rekeys.remote > 0);
  return { hosts, opener, near, onTheWire: () => Buffer.concat(pieces.splice(0)) };
}

test("an answer that is here, but not read yet, is in time", async (t) => {
  const { hosts, near, onTheWire } = await probed(t);
  // Nothing is read between these two.
  near.write(onTheWire());
  hosts.clock.advance(60_100);
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  assert.equal((await reportsOf(hosts.client)).length, 1);
});

test("a peer that talks is alive, however late its answer is", async (t) => {
  const said = randomBytes(200_000);
  const { hosts, opener, near, onTheWire } = await probed(t, said);
  const heard: Buffer[] = [];
  opener.on("data", (piece: Buffer) => heard.push(piece));
  const wire = onTheWire();
  for (let at = 0; at < wire.length; at += 50_000) {
    near.write(wire.subarray(at, at + 50_000));
    for (let turn = 0; turn < 100; turn += 1) await setImmediate();
    hosts.clock.advance(50_000);
    for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  }
  assert.ok(said.equals(Buffer.concat(heard)));
  assert.equal((await reportsOf(hosts.client)).length, 1);
});

test("probes a silent peer, and resets when it does not answer", async (t) => {
  const hosts = await new TwoHosts({ client: { keepAliveSeconds: 10 } }).start(t);
  const wire = await wireTo(t, hosts.server.incomingPort);
  const { opener } = await hosts.open(wire.port);
  const { near, far } = await wire.connection;
  const report = async () => (await reportsOf(hosts.client))[0];
  for (let round = 0; round < 3; round += 1) {
    hosts.clock.advance(10_100);
    for (let turn = 0; turn < 100; turn += 1) await setImmediate();
  }
  const alive = await report();
  assert.ok(
    alive?.encrypted && alive.rekeys.local > 0 && alive.rekeys.local === alive.rekeys.remote,
  );
  near.unpipe(far);
  const atOpener = allOf(opener);
  hosts.clock.advance(10_100);
  hosts.clock.advance(10_100);
  hosts.clock.advance(60_100);
  assert.equal(await atOpener, "ECONNRESET");
  assert.deepEqual((await quiet(hosts.client)).aborted, { "keep-alive-timed-out": 1 });
});

test("changes keys after so many bytes, and when asked to", async (t) => {
  const hosts = await new TwoHosts({ client: { rekeyBytes: 100_000 } }).start(t);
  const { opener, acceptor, local, remote } = await hosts.open();
  const up = randomBytes(1_000_000);
  const got = allOf(acceptor);
  opener.write(up);
  assert.deepEqual(await hosts.client.ask({ ask: "rekey", local, remote }), { done: true });
  opener.end();
  assert.ok(up.equals((await got) as Buffer));
  const [report] = await reportsOf(hosts.client);
  assert.ok(report?.encrypted && report.rekeys.local >= 9, JSON.stringify(report));
  assert.equal(report.bytes.sent, up.length);
});

test("an idle connection has no timer", async (t) => {
  const settings = { resumption: { enabled: false } };
  const hosts = await new TwoHosts({ client: settings, server: settings }).start(t);
  const { opener, acceptor } = await hosts.open();
  await exchanged(opener, acceptor);
  hosts.clock.advance(60_000);
  assert.equal(hosts.clock.timers, 0);
});
