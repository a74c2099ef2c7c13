import assert from "node:assert/strict";
import { test } from "node:test";
import { createDesk } from "../../src/supervisor/control-source.ts";
import type { WorkerState } from "../../src/supervisor/workers/workers.ts";
import type { Answer, ConnectionReport, Question } from "../../src/worker/messages.ts";

const here = { address: "192.0.2.1", port: 40_000 };
const there = { address: "192.0.2.2", port: 80 };

function report(port: number): ConnectionReport {
  return {
    direction: "outgoing",
    local: { ...here, port },
    remote: there,
    bytes: { sent: 0, received: 0 },
    openedAt: 0,
    encrypted: false,
    reason: "no-option",
  };
}

function deskWith(...answers: readonly (Answer | undefined)[]) {
  return deskOf(answers.map((answer) => ({ answer, state: "ready" })));
}

interface PlayedWorker {
  readonly answer: Answer | undefined;
  readonly state: WorkerState["state"];
}

function deskOf(played: readonly PlayedWorker[]) {
  const asked: Question[] = [];
  const workers = {
    async ask(question: Question) {
      asked.push(question);
      return played.map(({ answer }) => answer);
    },
    states: played.map(({ state }) => ({ pid: 1, state })),
  };
  const status = () => Promise.reject(new Error("not asked"));
  return { asked, desk: createDesk(workers, { status, stop() {} }) };
}

test("finds a connection at whichever worker has it", async () => {
  const { desk } = deskWith({ connections: [] }, undefined, { connections: [report(1)] });
  assert.deepEqual(await desk.connection(here, there), report(1));
  assert.equal(await deskWith({ connections: [] }).desk.connection(here, there), undefined);
});

test("a connection that two workers claim is none", async () => {
  const { desk } = deskWith({ connections: [report(1)] }, { connections: [report(2)] });
  assert.equal(await desk.connection(here, there), undefined);
});

const silence = {
  starting: undefined,
  ready: "unanswered",
  resting: undefined,
  stopping: "unanswered",
  ended: undefined,
} as const satisfies Record<WorkerState["state"], "unanswered" | undefined>;

for (const [state, expected] of Object.entries(silence)) {
  test(`what a silent worker that is ${state} could have is ${expected ?? "nothing"}`, async () => {
    const silent = { answer: undefined, state: state as keyof typeof silence };
    const other = { answer: { connections: [] }, state: "ready" } as const;
    assert.equal(await deskOf([silent, other]).desk.connection(here, there), expected);
  });
}

test("puts the connections of all workers together", async () => {
  const { desk } = deskWith({ connections: [report(1)] }, undefined, {
    connections: [report(2), report(3)],
  });
  assert.deepEqual(await desk.connections(), [report(1), report(2), report(3)]);
});

test("asks for one list at a time, whoever wants it", async () => {
  const { desk, asked } = deskWith({ connections: [report(1)] });
  const lists = await Promise.all([desk.connections(), desk.connections(), desk.connections()]);
  assert.deepEqual(lists, [[report(1)], [report(1)], [report(1)]]);
  assert.equal(asked.length, 1);
  await desk.connections();
  assert.equal(asked.length, 2);
});

test("has done something when one worker has", async () => {
  for (const ask of ["flush", "rekey"] as const) {
    assert.equal(await deskWith({ done: false }, { done: true }).desk[ask](here, there), true);
    assert.equal(await deskWith({ done: false }, undefined).desk[ask](here, there), false);
  }
});

test("workers tell of changes as long as somebody watches", () => {
  const { desk, asked } = deskWith();
  const heard: string[] = [];
  const tell = (event: string) => heard.push(event);
  const stops = [desk.watch(tell), desk.watch(tell)];
  desk.changed("opened", report(1));
  for (const stop of stops) {
    stop();
    stop();
  }
  desk.changed("closed", report(1));
  assert.deepEqual(heard, ["opened", "opened"]);
  assert.deepEqual(asked, [
    { ask: "watch", on: true },
    { ask: "watch", on: false },
  ]);
});
