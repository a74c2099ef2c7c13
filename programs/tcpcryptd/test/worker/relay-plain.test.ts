import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { RelayEnd } from "../../src/worker/relay.ts";
import { PlainRelay } from "../../src/worker/relay-plain.ts";
import { allOf, legAndFarEnd, listening, resets, writtenUntilItStops } from "./joined-sockets.ts";

/** A relay with the far ends of both legs. */
async function relayed(t: TestContext): Promise<{
  application: Socket;
  network: Socket;
  relay: PlainRelay;
  end: Promise<RelayEnd>;
}> {
  const server = await listening(t);
  const a = await legAndFarEnd(server);
  const n = await legAndFarEnd(server);
  const { promise: end, resolve } = Promise.withResolvers<RelayEnd>();
  const relay = new PlainRelay({ application: a.leg, network: n.leg }, resolve);
  t.after(() => [a.far, n.far].map((socket) => socket.destroy()));
  return { application: a.far, network: n.far, relay, end };
}

test("carries bytes both ways unchanged and counts them", async (t) => {
  const { application, network, relay, end } = await relayed(t);
  const up = randomBytes(3_000_001);
  const down = randomBytes(2_000_003);
  const received = Promise.all([allOf(application), allOf(network)]);
  application.end(up);
  network.end(down);
  const [atApplication, atNetwork] = await received;
  assert.ok(down.equals(atApplication as Buffer));
  assert.ok(up.equals(atNetwork as Buffer));
  assert.equal(await end, "orderly");
  assert.deepEqual(relay.bytes, { sent: up.length, received: down.length });
});

for (const first of ["application", "network"] as const) {
  test(`ends the other direction only when it ends by itself (${first} first)`, async (t) => {
    const both = await relayed(t);
    const second = first === "application" ? "network" : "application";
    const atSecond = allOf(both[second]);
    both[first].end("first");
    assert.equal(String(await atSecond), "first");
    const atFirst = allOf(both[first]);
    both[second].write("se");
    await setImmediate();
    both[second].end("cond");
    assert.equal(String(await atFirst), "second");
    assert.equal(await both.end, "orderly");
  });

  test(`maps a reset to a reset (${first} resets)`, async (t) => {
    const both = await relayed(t);
    const second = first === "application" ? "network" : "application";
    const atSecond = allOf(both[second]);
    resets(both[first]);
    assert.equal(await atSecond, "ECONNRESET");
    assert.equal(await both.end, `${first}-reset`);
  });

  test(`resets after a half-close too (${first} ended)`, async (t) => {
    const both = await relayed(t);
    const second = first === "application" ? "network" : "application";
    both[first].end();
    await allOf(both[second]);
    const atFirst = allOf(both[first]);
    resets(both[second]);
    assert.equal(await atFirst, "ECONNRESET");
    assert.equal(await both.end, `${second}-reset`);
  });
}

test("resets both legs when told to", async (t) => {
  const { application, network, relay, end } = await relayed(t);
  const ends = Promise.all([allOf(application), allOf(network)]);
  relay.reset();
  assert.deepEqual(await ends, ["ECONNRESET", "ECONNRESET"]);
  assert.equal(await end, "reset-by-us");
});

test("reads no faster than the other side takes", async (t) => {
  const { application, network } = await relayed(t);
  network.pause();
  const piece = Buffer.alloc(1 << 20);
  // Kernel buffers take some megabytes; a relay without a brake would take everything.
  const taken = await writtenUntilItStops(application, piece);
  assert.ok(taken < 64, `took ${taken} MiB`);
  const got = allOf(network);
  network.resume();
  application.end();
  assert.equal(((await got) as Buffer).length, taken * piece.length);
});
