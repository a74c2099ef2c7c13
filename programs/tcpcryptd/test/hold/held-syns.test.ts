import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Choices, HeldSyns, type HoldEffect, type SeenSyn } from "../../src/hold/held-syns.ts";
import {
  dialedMark,
  holdMark,
  readDialedMark,
  refuseMark,
  unreachableMark,
} from "../../src/marks.ts";
import type { Treatment } from "../../src/worker/messages.ts";

const opportunistic: Treatment = {
  mode: "opportunistic",
  aware: false,
  passiveRole: false,
  resumption: true,
};
const required: Treatment = { ...opportunistic, mode: "required" };
const limits = { dials: 4, dialsPerUser: 3, letGo: 2 };
const toWorker0: Choices = { decide: () => opportunistic, chooseWorker: () => 0 };

function syn(port: number, more: Partial<SeenSyn> = {}): SeenSyn {
  return {
    local: { address: "10.0.0.1", port },
    remote: { address: "10.0.0.2", port: 80 },
    sequence: 7,
    packetId: port,
    uid: 1000,
    mark: holdMark,
    ...more,
  };
}

const dialOf = (effects: readonly HoldEffect[]) =>
  effects.find((effect) => effect.type === "dial") ?? assert.fail("no dial");

test("dials once for a SYN and those that repeat it, and lets the connection go to its worker", () => {
  const held = new HeldSyns(toWorker0, limits);
  const { type, worker, id, local, remote, treatment } = dialOf(held.seen(syn(1), 0));
  assert.deepEqual(
    { type, local, remote, treatment },
    {
      ...{ type: "dial", local: syn(1).local, remote: syn(1).remote },
      treatment: opportunistic,
    },
  );
  assert.equal(held.dueAt, 900);
  assert.deepEqual(held.passed(900), [{ type: "verdict", packetId: 1, verdict: "drop" }]);
  assert.deepEqual(held.seen(syn(1, { packetId: 2 }), 1000), []);
  const verdict = { mark: dialedMark(worker, id) };
  assert.deepEqual(held.ended({ worker, id }, "connected"), [
    { type: "verdict", packetId: 2, verdict },
  ]);
  // The SYN got lost on its way to the worker.
  assert.deepEqual(held.seen(syn(1, { packetId: 3 }), 2000), [
    { type: "verdict", packetId: 3, verdict },
  ]);
  assert.equal(held.dials, 0);
});

test("answers a refused and an unreachable connection as such", () => {
  for (const [outcome, mark] of [
    ["refused", refuseMark],
    ["unreachable", unreachableMark],
  ] as const) {
    const held = new HeldSyns(toWorker0, limits);
    const dial = dialOf(held.seen(syn(1), 0));
    assert.deepEqual(held.ended(dial, outcome), [
      { type: "verdict", packetId: 1, verdict: { mark } },
    ]);
    assert.equal(held.dials, 0);
    assert.deepEqual(held.ended(dial, outcome), []);
  }
});

test("another connection with the same ends gets a dial of its own", () => {
  const held = new HeldSyns(toWorker0, limits);
  const first = dialOf(held.seen(syn(1), 0));
  const effects = held.seen(syn(1, { sequence: 8, packetId: 2 }), 10);
  assert.deepEqual(effects.slice(0, 2), [
    { type: "verdict", packetId: 1, verdict: "drop" },
    { type: "abandon", worker: first.worker, id: first.id },
  ]);
  assert.notEqual(dialOf(effects).id, first.id);
  assert.equal(held.dials, 1);
});

test("lets go in the clear what no rule is about", () => {
  const held = new HeldSyns({ ...toWorker0, decide: () => undefined }, limits);
  assert.deepEqual(held.seen(syn(1), 0), [{ type: "verdict", packetId: 1, verdict: { mark: 0 } }]);
  assert.equal(held.dueAt, undefined);
});

test("lets go in the clear what a worker could not dial", () => {
  const held = new HeldSyns(toWorker0, limits);
  const remote = { address: "fe80::1", port: 80 };
  assert.deepEqual(held.seen(syn(1, { remote }), 0), [
    { type: "verdict", packetId: 1, verdict: { mark: 0 } },
  ]);
});

for (const [treatment, verdict] of [
  [opportunistic, { mark: 0 }],
  [required, "drop"],
] as const) {
  const choices = { ...toWorker0, decide: () => treatment };
  const expected = [{ type: "verdict", packetId: 9, verdict }];

  test(`${treatment.mode}: what happens without a worker`, () => {
    const held = new HeldSyns({ ...choices, chooseWorker: () => undefined }, limits);
    assert.deepEqual(held.seen(syn(9), 0), expected);
  });

  test(`${treatment.mode}: what happens to a flood, and not to others before it is large`, () => {
    const held = new HeldSyns(choices, limits);
    for (const port of [1, 2, 3]) dialOf(held.seen(syn(port), 0));
    assert.deepEqual(held.seen(syn(9), 0), expected);
    const other = dialOf(held.seen(syn(4, { uid: 2000 }), 0));
    assert.deepEqual(held.seen(syn(9, { uid: 2000 }), 0), expected);
    held.ended(other, "refused");
    dialOf(held.seen(syn(9, { uid: 2000 }), 0));
  });
}

test("abandons a dial for which no SYN comes any more", () => {
  const held = new HeldSyns(toWorker0, limits);
  const { worker, id } = dialOf(held.seen(syn(1), 0));
  held.passed(900);
  assert.deepEqual(held.passed(2999), []);
  assert.deepEqual(held.passed(3000), [{ type: "abandon", worker, id }]);
  assert.equal(held.dials, 0);
  assert.equal(held.dueAt, undefined);
});

test("forgets what a dead worker has dialed, and nothing of the others", () => {
  let worker = 0;
  const held = new HeldSyns({ ...toWorker0, chooseWorker: () => worker }, limits);
  held.seen(syn(1), 0);
  worker = 1;
  const other = dialOf(held.seen(syn(2), 0));
  assert.deepEqual(held.workerDied(0), [{ type: "verdict", packetId: 1, verdict: "drop" }]);
  assert.equal(held.dials, 1);
  assert.equal(held.ended(other, "connected").length, 1);
  // The SYN comes again.
  dialOf(held.seen(syn(1), 1000));
});

test("remembers a bounded number of connections that were let go", () => {
  const held = new HeldSyns(toWorker0, limits);
  for (const port of [1, 2, 3]) held.ended(dialOf(held.seen(syn(port), 0)), "connected");
  assert.equal(dialOf(held.seen(syn(1), 10)).local.port, 1);
  assert.equal(held.seen(syn(3), 10)[0]?.type, "verdict");
});

/** A history of a few connections at two workers. */
const step = fc.oneof(
  fc.record({ what: fc.constant("syn" as const), port: fc.nat(5), sequence: fc.nat(2) }),
  fc.record({
    what: fc.constantFrom("connected", "refused", "unreachable", "timed-out"),
    which: fc.nat(20),
  }),
  fc.record({ what: fc.constant("worker-died" as const), worker: fc.nat(1) }),
  fc.record({ what: fc.constant("time" as const), milliseconds: fc.nat(4000) }),
);

test("every packet gets one verdict, no number is used twice at once, and nothing stays for ever", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let turn = 0;
      let now = 0;
      let packetId = 0;
      const open = new Set<number>();
      const dials = new Map<number, string>();
      const orders: { worker: number; id: number }[] = [];
      const held = new HeldSyns({ decide: () => required, chooseWorker: () => turn++ % 2 }, limits);
      const carryOut = (effects: readonly HoldEffect[]) => {
        for (const effect of effects) {
          if (effect.type === "verdict") {
            assert.ok(open.delete(effect.packetId), "a verdict for each packet, once");
            const dialed =
              effect.verdict === "drop" ? undefined : readDialedMark(effect.verdict.mark);
            if (dialed !== undefined) assert.ok(dials.has(dialedMark(dialed.worker, dialed.id)));
          } else if (effect.type === "dial") {
            const mark = dialedMark(effect.worker, effect.id);
            assert.ok(!dials.has(mark), "a number of its own");
            dials.set(mark, `${effect.local.port}`);
            orders.push(effect);
          }
        }
        assert.ok(held.dials <= limits.dials);
      };
      for (const one of steps) {
        if (one.what === "syn") {
          const { port, sequence } = one as { port: number; sequence: number };
          packetId += 1;
          open.add(packetId);
          carryOut(held.seen(syn(port, { sequence, packetId, uid: port }), now));
        } else if (one.what === "worker-died") {
          carryOut(held.workerDied((one as { worker: number }).worker));
        } else if (one.what === "time") {
          now += (one as { milliseconds: number }).milliseconds;
          carryOut(held.passed(now));
        } else if (orders.length > 0) {
          const { which } = one as { which: number };
          carryOut(held.ended(orders[which % orders.length] ?? assert.fail(), one.what));
        }
      }
      for (let round = 0; held.dueAt !== undefined; round += 1) {
        assert.ok(round < 1000);
        now = held.dueAt;
        carryOut(held.passed(now));
      }
      assert.equal(open.size, 0);
      assert.equal(held.dials, 0);
    }),
  );
});
