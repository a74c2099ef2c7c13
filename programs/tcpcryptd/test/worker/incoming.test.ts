import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { answerSyn, offerSyn } from "@countersign/tcpcrypt";
import type { WorkerCounts } from "../../src/worker/messages.ts";
import { allOf, connecting } from "./joined-sockets.ts";
import { type Host, opportunistic, type Said, TwoHosts } from "./two-hosts.ts";

const required = { ...opportunistic, mode: "required" } as const;

/** What an opener with ENO and our kernel say to each other, from our side. */
function agreement(said: Partial<Said> = {}): Said {
  const received = offerSyn({ teps: [0x23], aware: "off" });
  const sent = received && answerSyn(received, { teps: [0x23], aware: "off" });
  assert.ok(received && sent);
  return { sent, received, acknowledged: true, ...said };
}

async function countsOf(host: Host): Promise<WorkerCounts> {
  const answer = await host.ask({ ask: "counts" });
  assert.ok("counts" in answer);
  return answer.counts;
}

test("a connection to the relay's own port is reset", async (t) => {
  const { server } = await new TwoHosts().start(t);
  server.destination = { address: "127.0.0.1", port: server.incomingPort };
  server.eno.arriving.push(agreement());
  assert.equal(await allOf(connecting(server.incomingPort)), "ECONNRESET");
  assert.deepEqual((await countsOf(server)).aborted, { "not-redirected": 1 });
});

test("an option lost on the way leads to a connection in the clear", async (t) => {
  const hosts = await new TwoHosts().start(t);
  hosts.server.eno.arriving.push(agreement({ acknowledged: false }));
  const client = connecting(hosts.server.incomingPort);
  client.write("in the clear");
  const application = await hosts.arrival();
  assert.equal(String((await once(application, "data"))[0]), "in the clear");
  const answer = await hosts.server.ask({ ask: "connections" });
  assert.ok("connections" in answer);
  const [report] = answer.connections;
  assert.ok(report?.encrypted === false);
  assert.deepEqual([report.direction, report.reason], ["incoming", "option-lost"]);
  application.end();
  client.end();
});

test("where encryption is required, an option lost on the way is a reset", async (t) => {
  const { server } = await new TwoHosts({ treatment: required }).start(t);
  server.eno.arriving.push(agreement({ acknowledged: false }));
  assert.equal(await allOf(connecting(server.incomingPort)), "ECONNRESET");
  assert.deepEqual((await countsOf(server)).aborted, { "not-encrypted": 1 });
});

test("a client that says something else than Init1 never reaches the application", async (t) => {
  const { server } = await new TwoHosts().start(t);
  server.eno.arriving.push(agreement());
  const client = connecting(server.incomingPort);
  client.write("GET / HTTP/1.1\r\n\r\n");
  assert.equal(await allOf(client), "ECONNRESET");
  const { aborted, opened } = await countsOf(server);
  assert.deepEqual(aborted, { "bad-magic": 1 });
  assert.deepEqual(opened, { encrypted: 0, plain: 0, resumed: 0 });
});

test("a client that stalls in Init1 is reset after the time for that", async (t) => {
  const settings = { limits: { handshakeSeconds: 5 } };
  const { server, clock } = await new TwoHosts({ server: settings }).start(t);
  server.eno.arriving.push(agreement());
  const client = connecting(server.incomingPort);
  client.write(Uint8Array.of(0x15, 0x10, 0x1a));
  const ended = allOf(client);
  while (server.eno.arriving.length > 0) await new Promise(setImmediate);
  clock.advance(4900);
  assert.equal((await countsOf(server)).open.opening, 1);
  clock.advance(200);
  assert.equal(await ended, "ECONNRESET");
  assert.deepEqual((await countsOf(server)).aborted, { "key-exchange-timed-out": 1 });
});

test("an application that is not there is a reset for the client", async (t) => {
  const hosts = await new TwoHosts().start(t);
  hosts.server.destination = { address: "127.0.0.1", port: 1 };
  const { id, outcome } = await hosts.client.dial(hosts.server.incomingPort);
  assert.equal(outcome.outcome, "connected");
  assert.equal(await allOf(hosts.client.claim(id)), "ECONNRESET");
  assert.deepEqual((await countsOf(hosts.server)).aborted, { "application-unreachable": 1 });
});

test("a quarter of the room is kept for connections that this machine opens", async (t) => {
  const hosts = await new TwoHosts({ server: { limits: { connections: 4 } } }).start(t);
  const { server } = hosts;
  for (let count = 0; count < 3; count += 1) await hosts.open();
  server.eno.arriving.push(undefined);
  assert.equal(await allOf(connecting(server.incomingPort)), "ECONNRESET");
  assert.deepEqual((await countsOf(server)).aborted, { "no-room": 1 });
  const { outcome } = await server.dial(server.destination.port);
  assert.equal(outcome.outcome, "connected");
});

test("a connection too many is reset", async (t) => {
  const hosts = await new TwoHosts({ server: { limits: { connections: 1 } } }).start(t);
  const { opener, acceptor } = await hosts.open();
  const { id } = await hosts.client.dial(hosts.server.incomingPort);
  assert.equal(await allOf(hosts.client.claim(id)), "ECONNRESET");
  assert.deepEqual((await countsOf(hosts.server)).aborted, { "no-room": 1 });
  const got = allOf(acceptor);
  opener.end("still there");
  assert.equal(String(await got), "still there");
});

test("a connection with another port than its client's keeps its answer when that port's own one comes", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const { server } = hosts;
  server.eno.arriving.push(undefined, undefined);
  // This end of the connection has its port already, so that the relay takes another one.
  const moved = connecting(server.incomingPort);
  moved.write("moved");
  const first = await hosts.arrival();
  assert.equal(String((await once(first, "data"))[0]), "moved");
  const port = first.remotePort ?? 0;
  assert.notEqual(port, moved.localPort);

  const ends = { local: server.destination, remote: { address: "127.0.0.1", port } };
  const sentOf = async () => {
    const answer = await server.ask({ ask: "connection", ...ends });
    assert.ok("connections" in answer);
    return answer.connections.map(({ bytes }) => bytes.received);
  };
  assert.deepEqual(await sentOf(), [5]);
  const arrived = hosts.arrival();
  const own = connecting(server.incomingPort, port);
  const answers: number[][] = [];
  let isThere = false;
  void arrived.then(() => {
    isThere = true;
  });
  while (!isThere) {
    answers.push(await sentOf());
    await new Promise(setImmediate);
  }
  answers.push(await sentOf());
  assert.deepEqual(
    answers.filter((answer) => answer.join() !== "5"),
    [],
  );
  assert.notEqual((await arrived).remotePort, port);
  for (const socket of [moved, own]) socket.destroy();
});

test("the session is known before the application can accept the connection", async (t) => {
  const hosts = await new TwoHosts().start(t);
  hosts.server.worker.handle({ type: "ask", question: 1, about: { ask: "watch", on: true } });
  await hosts.server.hears("answer");
  let known = false;
  const arrived = hosts.arrival().then((socket) => {
    known = hosts.server.told.some(({ type }) => type === "opened");
    return socket;
  });
  const { id } = await hosts.client.dial(hosts.server.incomingPort);
  const opener = hosts.client.claim(id);
  const acceptor = await arrived;
  assert.ok(known);
  // Another connection of this test has the client's port here, so that the relay took another.
  const opened = await hosts.server.hears("opened", ({ connection }) => {
    return connection.remote.port === acceptor.remotePort;
  });
  assert.ok(opened.connection.encrypted);
  opener.destroy();
});
