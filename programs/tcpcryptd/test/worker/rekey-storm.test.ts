import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import {
  answerSyn,
  type Connection,
  type ConnectionEvent,
  createConnection,
  defaultConnectionLimits,
  offerSyn,
  settle,
} from "@countersign/tcpcrypt";
import { allOf, connecting } from "./joined-sockets.ts";
import { type Host, TwoHosts } from "./two-hosts.ts";

const frames = 4000;
const framesPerTurn = 256;

/** What a peer's connection sends after an event. */
function sentAfter(peer: Connection, event: ConnectionEvent): Buffer {
  const sends = peer.handle(event).flatMap((each) => (each.type === "send" ? each.pieces : []));
  return Buffer.concat(sends);
}

/** A peer that the test plays, which has exchanged keys with `host` and changes its own with each frame. */
async function storming(host: Host): Promise<{ peer: Connection; socket: Socket }> {
  const terms = { teps: [0x23], aware: "off" } as const;
  const syn = offerSyn(terms);
  const synAck = syn && answerSyn(syn, terms);
  assert.ok(syn && synAck);
  const settlement = settle(syn, synAck, terms);
  assert.ok(settlement.agreed);
  host.eno.arriving.push({ sent: synAck, received: syn, acknowledged: true });
  const peer = createConnection({
    settlement,
    ciphers: [0x0001],
    entropy: { bytes: randomBytes },
    now: 0,
    cacheSecret: false,
    limits: { ...defaultConnectionLimits, rekeyAfterBytes: 1 },
  });
  const socket = connecting(host.incomingPort);
  socket.write(sentAfter(peer, { type: "start" }));
  const [init2] = (await once(socket, "data")) as [Buffer];
  peer.handle({ type: "received", bytes: init2 });
  assert.ok(peer.session);
  return { peer, socket };
}

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
  const { server, arrival } = await startHosts(t);
  const { peer, socket } = await storming(server);
  const storm = stormOf(peer);
  const acceptor = await arrival();
  const got = allOf(acceptor);
  socket.write(storm);
  socket.resume();
  let most = 0;
  for (let seen = 0; seen < frames; ) {
    await setImmediate();
    const now = await rekeysSeen(server);
    most = Math.max(most, now - seen);
    seen = now;
  }
  // One turn can end what lay there and begin what has arrived since.
  assert.ok(most <= 2 * framesPerTurn, `${most} frames in one turn`);
  assert.deepEqual(await got, Buffer.alloc(frames, 7));
  socket.destroy();
});

test("a storm whose application is slow waits for it", async (t) => {
  const { server, arrival } = await startHosts(t);
  const { peer, socket } = await storming(server);
  const full = randomBytes(1 << 20);
  const bulk = Array.from({ length: 12 }, () =>
    sentAfter(peer, { type: "application-data", bytes: full }),
  );
  const acceptor = await arrival();
  acceptor.pause();
  socket.write(Buffer.concat([...bulk, stormOf(peer)]));
  socket.resume();
  for (let turn = 0; turn < 300; turn += 1) await setImmediate();
  assert.ok((await rekeysSeen(server)) < frames);
  const got = (await allOf(acceptor)) as Buffer;
  assert.equal(got.length, 12 * full.length + frames);
  socket.destroy();
});

async function startHosts(t: { after(end: () => void): void }) {
  const hosts = await new TwoHosts().start(t);
  return { server: hosts.server, arrival: () => hosts.arrival() };
}
