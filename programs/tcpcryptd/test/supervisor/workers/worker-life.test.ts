import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  hungMs,
  isResponsive,
  newWorker,
  stepWorker,
  tickMs,
  type WorkerEffect,
  type WorkerEvent,
  type WorkerLife,
} from "../../../src/supervisor/workers/worker-life.ts";

const now = 1_000_000;

const states = {
  starting: { state: "starting", since: now, crashes: 0 },
  ready: { state: "ready", since: now, crashes: 0, ping: 4, pingAt: now + 100 },
  resting: { state: "resting", until: now + 100, crashes: 1 },
  stopping: { state: "stopping" },
  ended: { state: "ended" },
} satisfies Record<WorkerLife["state"], WorkerLife>;

const events = {
  ready: { type: "ready", now },
  exited: { type: "exited", now },
  tick: { type: "tick", now },
  pong: { type: "pong", number: 4 },
  stop: { type: "stop" },
} satisfies Record<WorkerEvent["type"], WorkerEvent>;

type Outcome = [WorkerLife["state"], ...WorkerEffect["type"][]];

const table: Record<WorkerLife["state"], Record<WorkerEvent["type"], Outcome>> = {
  starting: {
    ready: ["ready"],
    exited: ["resting", "lost"],
    tick: ["starting"],
    pong: ["starting"],
    stop: ["stopping"],
  },
  ready: {
    ready: ["ready"],
    exited: ["resting", "lost"],
    tick: ["ready"],
    pong: ["ready"],
    stop: ["stopping"],
  },
  resting: {
    ready: ["resting"],
    exited: ["resting"],
    tick: ["resting"],
    pong: ["resting"],
    stop: ["ended"],
  },
  stopping: {
    ready: ["stopping"],
    exited: ["ended", "lost"],
    tick: ["stopping"],
    pong: ["stopping"],
    stop: ["stopping"],
  },
  ended: {
    ready: ["ended"],
    exited: ["ended"],
    tick: ["ended"],
    pong: ["ended"],
    stop: ["ended"],
  },
};

for (const [state, row] of Object.entries(table)) {
  for (const [event, [next, ...effects]] of Object.entries(row)) {
    test(`${state}: ${event}`, () => {
      const step = stepWorker(
        states[state as WorkerLife["state"]],
        events[event as WorkerEvent["type"]],
      );
      assert.equal(step.next.state, next);
      assert.deepEqual(
        step.effects.map(({ type }) => type),
        effects,
      );
    });
  }
}

test("is started again after a pause that grows with each crash, and is bounded", () => {
  let life = newWorker(0);
  let time = 0;
  const pauses: number[] = [];
  for (let crash = 0; crash < 10; crash++) {
    life = stepWorker(life, { type: "exited", now: time }).next;
    assert.ok(life.state === "resting");
    pauses.push(life.until - time);
    time = life.until;
    const { next, effects } = stepWorker(life, { type: "tick", now: time });
    assert.deepEqual(effects, [{ type: "spawn" }]);
    life = next;
  }
  assert.deepEqual(pauses, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
});

test("forgets crashes after it was well for a minute", () => {
  const well: WorkerLife = { state: "ready", since: 0, crashes: 7, ping: 0, pingAt: 0 };
  const soon = stepWorker(well, { type: "exited", now: 59_999 }).next;
  const late = stepWorker(well, { type: "exited", now: 60_000 }).next;
  assert.deepEqual(
    [soon, late],
    [
      { state: "resting", until: 59_999 + 10_000, crashes: 8 },
      { state: "resting", until: 60_100, crashes: 1 },
    ],
  );
});

test("is ended when it does not become ready", () => {
  const life = newWorker(0);
  assert.deepEqual(stepWorker(life, { type: "tick", now: 14_999 }).effects, []);
  assert.deepEqual(stepWorker(life, { type: "tick", now: 15_000 }).effects, [{ type: "kill" }]);
});

/** A worker that becomes ready at 0, and hangs from `hangsAt` on; when it is killed. */
function killedAt(hangsAt: number, phase: number): number | undefined {
  let life = stepWorker(newWorker(0), { type: "ready", now: 0 }).next;
  for (let time = phase; time < hangsAt + 10_000; time += tickMs) {
    const { next, effects } = stepWorker(life, { type: "tick", now: time });
    life = next;
    for (const effect of effects) {
      if (effect.type === "kill") return time;
      if (effect.type === "ping" && time < hangsAt) {
        life = stepWorker(life, { type: "pong", number: effect.number }).next;
      }
    }
  }
  return undefined;
}

test("is ended within two and a half seconds of hanging, and never before", () => {
  fc.assert(
    fc.property(fc.nat(5000), fc.nat(tickMs), (hangsAt, phase) => {
      const at = killedAt(hangsAt, phase);
      assert.ok(at !== undefined && at - hangsAt >= hungMs && at - hangsAt <= 2500, `${at}`);
    }),
  );
});

test("an answer to an older ping does not count", () => {
  const pinged = stepWorker({ ...states.ready, pingAt: now }, { type: "tick", now });
  assert.deepEqual(pinged.effects, [{ type: "ping", number: 5 }]);
  const still = stepWorker(pinged.next, { type: "pong", number: 4 }).next;
  const killed = stepWorker(still, { type: "tick", now: now + hungMs });
  assert.deepEqual(killed.effects, [{ type: "kill" }]);
});

test("gets no new connections while it is late", () => {
  const pinged = stepWorker({ ...states.ready, pingAt: now }, { type: "tick", now }).next;
  assert.equal(isResponsive(pinged, now + 599), true);
  assert.equal(isResponsive(pinged, now + 600), false);
  assert.equal(isResponsive(stepWorker(pinged, { type: "pong", number: 5 }).next, now + 900), true);
  for (const [state, life] of Object.entries(states)) {
    assert.equal(isResponsive(life, now), state === "ready", state);
  }
});
