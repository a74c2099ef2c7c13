import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { answerSyn, type Tep } from "@countersign/tcpcrypt";
import { HandClock } from "./hand-clock.ts";
import { allOf, connecting, listening, portOf } from "./joined-sockets.ts";
import { Host, opportunistic, TwoHosts } from "./two-hosts.ts";

const required = { ...opportunistic, mode: "required" } as const;
const teps: readonly Tep[] = [0x23];

/** A host alone, and a server of the network that the test plays. */
async function alone(t: TestContext, settings: object = {}) {
  const clock = new HandClock();
  const host = new Host(clock, settings, opportunistic);
  const server = await listening(t);
  t.after(() => host.worker.end());
  const arrival = async (): Promise<Socket> => {
    const [socket] = (await once(server, "connection")) as [Socket];
    socket.on("error", () => {});
    socket.resume();
    t.after(() => socket.destroy());
    return socket;
  };
  return { clock, host, server, arrival, port: portOf(server) };
}

/** The peer's kernel agrees to encrypt. */
function agreesTo(host: Host): void {
  host.eno.answer = (sent) => {
    const received = answerSyn(sent, { teps, aware: "off" });
    return received && { sent, received, acknowledged: true };
  };
}

test("tells the truth about a destination that refuses", async (t) => {
  const { host } = await alone(t);
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const port = portOf(closed);
  closed.close();
  const { outcome } = await host.dial(port);
  assert.deepEqual(outcome, { type: "dialed", id: 1, outcome: "refused", errno: "ECONNREFUSED" });
  assert.deepEqual(await host.ask({ ask: "connections" }), { connections: [] });
});

test("leaves from the address that the application has", async (t) => {
  const { host, arrival, port } = await alone(t);
  const arrived = arrival();
  await host.dial(port, opportunistic, "127.0.0.2");
  assert.equal((await arrived).remoteAddress, "127.0.0.2");
});

test("relays in the clear to a peer without ENO, and says so", async (t) => {
  const { host, arrival, port } = await alone(t);
  const arrived = arrival();
  const { id, remote, outcome } = await host.dial(port);
  assert.equal(outcome.outcome, "connected");
  const application = host.claim(id);
  const peer = await arrived;
  const got = once(peer, "data");
  application.write("in the clear");
  assert.equal(String((await got)[0]), "in the clear");
  const told = await host.hears("plain");
  assert.deepEqual(told, { type: "plain", remote, reason: "no-option" });
  const answer = await host.ask({ ask: "connections" });
  assert.ok("connections" in answer);
  const [report] = answer.connections;
  assert.ok(report?.encrypted === false);
  assert.deepEqual([report.reason, report.bytes], ["no-option", { sent: 12, received: 0 }]);
});

test("what the server says first waits for the application", async (t) => {
  const { host, arrival, port } = await alone(t);
  const arrived = arrival();
  const { id } = await host.dial(port);
  (await arrived).end("220 ready");
  const application = host.claim(id);
  assert.equal(String(await allOf(application)), "220 ready");
});

test("where encryption is required, a destination without it refuses", async (t) => {
  const { host, port } = await alone(t);
  const { outcome } = await host.dial(port, required);
  assert.deepEqual(outcome, { type: "dialed", id: 1, outcome: "refused", errno: "EPROTO" });
  assert.equal(
    host.told.some(({ type }) => type === "plain"),
    false,
  );
});

/** The peer's kernel answers with a key exchange that nobody has offered. */
function contradicts(host: Host, acknowledged: boolean): void {
  host.eno.answer = (sent) => ({
    sent,
    received: Uint8Array.of(0x45, 0x04, 0x01, 0x24),
    acknowledged,
  });
}

test("relays in the clear where the peer does not know that nothing was agreed on", async (t) => {
  const { host, port } = await alone(t, { keyExchanges: ["curve25519"] });
  contradicts(host, false);
  const { id } = await host.dial(port);
  host.claim(id).end();
  assert.equal((await host.hears("plain")).reason, "not-agreed");
});

test("what the kernel has confirmed and we cannot keep is a reset, not plain text", async (t) => {
  const { host, port, arrival } = await alone(t, { keyExchanges: ["curve25519"] });
  contradicts(host, true);
  const ended = arrival().then(allOf);
  const { outcome } = await host.dial(port);
  assert.deepEqual(outcome, { type: "dialed", id: 1, outcome: "refused", errno: "EPROTO" });
  assert.equal(await ended, "ECONNRESET");
  assert.equal((await host.hears("plain")).reason, "broken-peer");
  const answer = await host.ask({ ask: "counts" });
  assert.deepEqual("counts" in answer && answer.counts.aborted, { "not-agreed": 1 });
});

test("a peer that agrees but answers with something else is broken", async (t) => {
  const { host, arrival, port } = await alone(t);
  agreesTo(host);
  const arrived = arrival();
  const { id, remote } = await host.dial(port);
  const ended = allOf(host.claim(id));
  (await arrived).write("HTTP/1.1 400 Bad Request\r\n\r\n");
  assert.equal(await ended, "ECONNRESET");
  const told = await host.hears("plain");
  assert.deepEqual(told, { type: "plain", remote, reason: "broken-peer" });
});

for (const [what, ends] of [
  ["ends", (peer: Socket) => peer.end()],
  ["resets", (peer: Socket) => peer.resetAndDestroy()],
] as const) {
  test(`a peer that agrees but ${what} the connection is broken the third time`, async (t) => {
    const { host, arrival, port } = await alone(t);
    agreesTo(host);
    for (let round = 1; round <= 3; round += 1) {
      const arrived = arrival();
      const { id } = await host.dial(port);
      const ended = allOf(host.claim(id));
      ends(await arrived);
      assert.equal(await ended, "ECONNRESET");
      while ((await openOf(host)).opening > 0) await setImmediate();
      assert.equal(host.told.filter(({ type }) => type === "plain").length, round < 3 ? 0 : 1);
    }
  });
}

test("a peer that agrees and then says nothing is broken after the time for that", async (t) => {
  const { host, clock, port } = await alone(t, { limits: { handshakeSeconds: 7 } });
  agreesTo(host);
  const { id } = await host.dial(port);
  const application = host.claim(id);
  const ended = allOf(application);
  const joined = host.hears("plain");
  await untilJoined(host);
  clock.advance(6900);
  assert.equal((await openOf(host)).opening, 1);
  clock.advance(300);
  assert.equal(await ended, "ECONNRESET");
  assert.equal((await joined).reason, "broken-peer");
});

test("an application that gives up in the key exchange does not make the peer broken", async (t) => {
  const { host, clock, port } = await alone(t);
  agreesTo(host);
  const { id } = await host.dial(port);
  const application = host.claim(id);
  await untilJoined(host);
  host.worker.end();
  await allOf(application);
  clock.advance(60_000);
  assert.equal(
    host.told.some(({ type }) => type === "plain"),
    false,
  );
});

test("a connection that nobody dialed for is reset", async (t) => {
  const { host, port } = await alone(t);
  const { id } = await host.dial(port);
  const stranger = connecting(host.outgoingPort);
  assert.equal(await allOf(stranger), "ECONNRESET");
  const elsewhere = host.claim(id, 4);
  assert.equal(await allOf(elsewhere), "ECONNRESET");
  const claimed = host.claim(id);
  const again = host.claim(id);
  assert.equal(await allOf(again), "ECONNRESET");
  claimed.destroy();
});

test("a dial that is abandoned, or never claimed, resets the destination", async (t) => {
  const { host, arrival, clock, port } = await alone(t);
  for (const end of [
    (id: number) => host.worker.handle({ type: "abandon", id }),
    () => clock.advance(10_000),
  ]) {
    const arrived = arrival();
    const { id } = await host.dial(port);
    const ended = allOf(await arrived);
    end(id);
    assert.equal(await ended, "ECONNRESET");
  }
  const answer = await host.ask({ ask: "counts" });
  assert.ok("counts" in answer);
  assert.deepEqual(answer.counts.aborted, { abandoned: 1, "never-claimed": 1 });
  assert.deepEqual(answer.counts.open, { encrypted: 0, plain: 0, opening: 0 });
});

test("dials nothing more when it carries as much as it may", async (t) => {
  const { host, port } = await alone(t, { limits: { connections: 1 } });
  await host.dial(port);
  const { outcome } = await host.dial(port);
  assert.deepEqual(outcome, { type: "dialed", id: 2, outcome: "unreachable", errno: "ENOBUFS" });
});

test("drains: dials nothing more, waits for what stands, and resets it at the deadline", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const { opener } = await hosts.open();
  const ended = allOf(opener);
  hosts.client.worker.handle({ type: "drain", seconds: 10 });
  const { outcome } = await hosts.client.dial(hosts.server.incomingPort);
  assert.equal(outcome.outcome === "connected" ? "" : outcome.errno, "ECANCELED");
  hosts.clock.advance(9800);
  assert.equal(
    hosts.client.told.some(({ type }) => type === "drained"),
    false,
  );
  hosts.clock.advance(400);
  await hosts.client.hears("drained");
  assert.equal(await ended, "ECONNRESET");
});

test("a worker without connections is drained at once, and answers pings", async (t) => {
  const { host } = await alone(t);
  host.worker.handle({ type: "ping", number: 42 });
  assert.equal((await host.hears("pong")).number, 42);
  host.worker.handle({ type: "drain", seconds: 10 });
  await host.hears("drained");
});

/** Waits until the worker has taken in the application's connection. */
async function untilJoined(host: Host): Promise<void> {
  while (host.marks.length > 0) await setImmediate();
}

async function openOf(host: Host) {
  const answer = await host.ask({ ask: "counts" });
  assert.ok("counts" in answer);
  return answer.counts.open;
}
