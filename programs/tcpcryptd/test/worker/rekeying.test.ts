import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Connection } from "@countersign/tcpcrypt";
import { HandClock } from "./hand-clock.ts";
import { allOf, listening, portOf } from "./joined-sockets.ts";
import { answering, dialing, sentAfter } from "./played-peer.ts";
import { Host, opportunistic, TwoHosts } from "./two-hosts.ts";

const frames = 4000;
const framesPerTurn = 256;

/** How often the peer of the host's only connection has changed its keys, as far as that was seen. */
async function rekeysSeen(host: Host): Promise<number> {
  const answer = await host.ask({ ask: "connections" });
  const [report] = "connections" in answer ? answer.connections : [];
  return report?.encrypted ? report.rekeys.remote : 0;
}

function stormOf(peer: Connection): Buffer {
  const pieces = Array.from({ length: frames }, () =>
    sentAfter(peer, { type: "application-data", bytes: Uint8Array.of(7) }),
  );
  return Buffer.concat([...pieces, sentAfter(peer, { type: "application-end" })]);
}

test("a storm of new keys leaves the others their turns, and loses nothing", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const { peer, socket } = await dialing(hosts.server, 1);
  const storm = stormOf(peer);
  const acceptor = await hosts.arrival();
  const got = allOf(acceptor);
  socket.write(storm);
  socket.resume();
  let most = 0;
  for (let seen = 0; seen < frames; ) {
    await setImmediate();
    const now = await rekeysSeen(hosts.server);
    most = Math.max(most, now - seen);
    seen = now;
  }
  // One turn can end what lay there and begin what has arrived since.
  assert.ok(most <= 2 * framesPerTurn, `${most} frames in one turn`);
  assert.deepEqual(await got, Buffer.alloc(frames, 7));
  socket.destroy();
});

test("a storm whose application is slow waits for it", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const { peer, socket } = await dialing(hosts.server, 1);
  const full = randomBytes(1 << 20);
  const bulk = Array.from({ length: 12 }, () =>
    sentAfter(peer, { type: "application-data", bytes: full }),
  );
  const acceptor = await hosts.arrival();
  acceptor.pause();
  socket.write(Buffer.concat([...bulk, stormOf(peer)]));
  socket.resume();
  for (let turn = 0; turn < 300; turn += 1) await setImmediate();
  assert.ok((await rekeysSeen(hosts.server)) < frames);
  acceptor.resume();
  const got = (await allOf(acceptor)) as Buffer;
  assert.equal(got.length, 12 * full.length + frames);
  socket.destroy();
});

test("new keys that were asked for too early do not overtake an answer to the peer's", async (t) => {
  const host = new Host(new HandClock(), {}, opportunistic);
  const server = await listening(t);
  t.after(() => host.worker.end());
  const [answers, arrival] = [answering(host), once(server, "connection")];
  const { id, local, remote } = await host.dial(portOf(server));
  const asked = host.ask({ ask: "rekey", local, remote });
  const application = host.claim(id);
  const [peer, [socket]] = await Promise.all([answers, arrival as Promise<[Socket]>]);
  socket.resume();
  sentAfter(peer, { type: "start" });
  const [init1] = (await once(socket, "data")) as [Buffer];
  const init2 = sentAfter(peer, { type: "received", bytes: init1 });
  socket.write(Buffer.concat([init2, sentAfter(peer, { type: "rekey" })]));
  assert.deepEqual(await asked, { done: true });
  while (peer.counts.rekeys.remote < 2) {
    const [bytes] = (await once(socket, "data")) as [Buffer];
    sentAfter(peer, { type: "received", bytes });
  }
  application.destroy();
  socket.destroy();
});
