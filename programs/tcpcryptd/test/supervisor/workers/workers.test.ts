import assert from "node:assert/strict";
import { mock, type TestContext, test } from "node:test";
import type { WorkerListener } from "../../../src/supervisor/workers/worker-process.ts";
import { startWorkers } from "../../../src/supervisor/workers/workers.ts";
import type { FromWorker, ToWorker } from "../../../src/worker/messages.ts";
import { settingsFrom } from "../settings-from.ts";

const settings = settingsFrom({ outgoing: [{ ports: [80] }] });
const fds = { storage: 4, answers: 5, outgoing: [], incoming: [] };

/** Workers that are played by the test, in a time that the test passes. */
function scene(t: TestContext, count = 2) {
  const clock = mock.timers;
  clock.enable({ apis: ["setInterval", "setTimeout"] });
  t.after(() => clock.reset());
  let now = 0;
  const spawned: {
    index: number;
    listener: WorkerListener;
    sent: ToWorker[];
    isKilled: boolean;
  }[] = [];
  const lost: number[] = [];
  const told: unknown[] = [];
  const logged: string[] = [];
  const say = (_: object, message: string) => void logged.push(message);
  const workers = startWorkers({
    count,
    now: () => now,
    log: { info: say, warn: say, error: say },
    spawn(index, listener) {
      const worker = { index, listener, sent: [] as ToWorker[], isKilled: false };
      spawned.push(worker);
      return {
        pid: 1000 + spawned.length,
        send: (message) => void worker.sent.push(message),
        kill() {
          if (worker.isKilled) return;
          worker.isKilled = true;
          listener.exited("SIGKILL");
        },
      };
    },
    startMessage: (index) => ({ type: "start", index, settings, fds }),
    dialed: (worker, message) => told.push([worker, message]),
    plain: (message) => told.push(message),
    changed: (message) => told.push(message),
    lost: (worker) => lost.push(worker),
  });
  const last = (index: number) => spawned.filter((worker) => worker.index === index).at(-1);
  return {
    workers,
    spawned,
    lost,
    told,
    logged,
    last,
    says: (index: number, message: FromWorker) => last(index)?.listener.message(message),
    pass(milliseconds: number) {
      for (let passed = 0; passed < milliseconds; passed += 50) {
        now += 50;
        clock.tick(50);
      }
    },
    /** Answers the pings so far. */
    pong(index: number) {
      for (const message of last(index)?.sent ?? []) {
        if (message.type === "ping")
          last(index)?.listener.message({ type: "pong", number: message.number });
      }
    },
  };
}

test("starts each with its number, and is ready when all are", async (t) => {
  const { workers, spawned, says } = scene(t);
  assert.deepEqual(
    spawned.map(({ sent }) => sent),
    [[{ type: "start", index: 0, settings, fds }], [{ type: "start", index: 1, settings, fds }]],
  );
  assert.equal(workers.choose(), undefined);
  says(0, { type: "ready" });
  assert.equal(workers.choose(), 0);
  says(1, { type: "ready" });
  await workers.ready;
});

test("is not ready when one ends before", async (t) => {
  const { workers, says, last } = scene(t);
  says(0, { type: "ready" });
  last(1)?.listener.exited("exit code 1");
  await assert.rejects(workers.ready, /worker 1: exit code 1/);
});

test("takes turns, and passes over one that ended or is late", (t) => {
  const { workers, says, last, pass, pong } = scene(t, 3);
  for (const index of [0, 1, 2]) says(index, { type: "ready" });
  assert.deepEqual(
    [1, 2, 3, 4].map(() => workers.choose()),
    [1, 2, 0, 1],
  );
  last(2)?.listener.exited("SIGSEGV");
  assert.deepEqual(
    [1, 2, 3].map(() => workers.choose()),
    [0, 1, 0],
  );
  pass(500);
  pong(1);
  pass(700);
  pong(1);
  assert.deepEqual(
    [1, 2].map(() => workers.choose()),
    [1, 1],
  );
});

test("takes one that is late rather than none", (t) => {
  const { workers, says, pass } = scene(t, 1);
  says(0, { type: "ready" });
  pass(1200);
  assert.equal(workers.choose(), 0);
});

test("ends one that does not answer, tells what is lost and starts another", (t) => {
  const { says, last, pass, pong, lost, spawned, logged } = scene(t, 2);
  for (const index of [0, 1]) says(index, { type: "ready" });
  for (let turn = 0; turn < 10; turn++) {
    pass(250);
    pong(0);
  }
  assert.equal(spawned[1]?.isKilled, true);
  assert.equal(spawned[0]?.isKilled, false);
  assert.deepEqual(lost, [1]);
  pass(250);
  assert.equal(spawned.length, 3);
  assert.deepEqual(
    last(1)?.sent.map(({ type }) => type),
    ["start"],
  );
  assert.ok(logged.includes("a worker does not answer and is ended"));
});

test("gives the answers in the order of the workers, and nothing for those without", async (t) => {
  const { workers, says, last, pass } = scene(t, 3);
  says(0, { type: "ready" });
  says(1, { type: "ready" });
  const asked = workers.ask({ ask: "connections" });
  const questionOf = (index: number) => {
    const message = last(index)?.sent.find(({ type }) => type === "ask");
    assert.ok(message?.type === "ask");
    return message.question;
  };
  says(1, { type: "answer", question: questionOf(1), answer: { done: true } });
  questionOf(0);
  pass(1000);
  assert.deepEqual(await asked, [undefined, { done: true }, undefined]);
  // An answer that comes too late is nobody's.
  says(0, { type: "answer", question: questionOf(0), answer: { done: true } });
});

test("does not wait for the answer of a worker that ended", async (t) => {
  const { workers, says, last } = scene(t, 1);
  says(0, { type: "ready" });
  const asked = workers.ask({ ask: "counts" });
  last(0)?.listener.exited("SIGKILL");
  assert.deepEqual(await asked, [undefined]);
});

test("a worker that is started again learns that somebody watches", (t) => {
  const { workers, says, last, pass } = scene(t, 1);
  says(0, { type: "ready" });
  void workers.ask({ ask: "watch", on: true });
  last(0)?.listener.exited("SIGKILL");
  pass(500);
  says(0, { type: "ready" });
  const watch = { ask: "watch", on: true };
  assert.ok(
    last(0)?.sent.some((message) => message.type === "ask" && isSame(message.about, watch)),
  );
});

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

test("hands on what workers tell", (t) => {
  const { says, told, logged } = scene(t, 1);
  const remote = { address: "192.0.2.1", port: 80 };
  const dialed = { type: "dialed", id: 7, outcome: "connected" } as const;
  const plain = { type: "plain", remote, reason: "no-option" } as const;
  says(0, dialed);
  says(0, plain);
  says(0, { type: "log", level: "warn", what: "hm" });
  assert.deepEqual([told, logged], [[[0, dialed], plain], ["hm"]]);
});

test("lets them drain at the end, and ends those that do not", async (t) => {
  const { workers, says, last, pass, spawned } = scene(t, 3);
  says(0, { type: "ready" });
  says(1, { type: "ready" });
  const stopped = workers.stop(5);
  assert.deepEqual(last(0)?.sent.at(-1), { type: "drain", seconds: 5 });
  assert.equal(spawned[2]?.isKilled, true, "one that was only starting has nothing to drain");
  says(0, { type: "drained" });
  assert.equal(spawned[0]?.isKilled, true);
  pass(5950);
  assert.equal(spawned[1]?.isKilled, false);
  pass(50);
  assert.equal(spawned[1]?.isKilled, true);
  await stopped;
  assert.equal(spawned.length, 3);
});
