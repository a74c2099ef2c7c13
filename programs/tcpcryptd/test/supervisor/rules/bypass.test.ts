import assert from "node:assert/strict";
import { test } from "node:test";
import { createBypass } from "../../../src/supervisor/rules/bypass.ts";

function scene() {
  let now = 0;
  const lines: string[] = [];
  const answers: (() => void)[] = [];
  const failures: unknown[] = [];
  const bypass = createBypass({
    seconds: 10,
    now: () => now,
    run(line) {
      lines.push(line);
      return new Promise((resolve, reject) =>
        answers.push(line.includes("192.0.2.99") ? () => reject(new Error("no")) : resolve),
      );
    },
    failed: (error) => failures.push(error),
  });
  return {
    bypass,
    lines,
    failures,
    add: (last: number) => bypass.add({ address: `192.0.2.${last}`, port: 80 }),
    async answer() {
      answers.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
    pass(seconds: number) {
      now += seconds * 1000;
    },
  };
}

const element = (last: number) =>
  `add element inet countersign_tcpcrypt bypass4 { 192.0.2.${last} . 80 timeout 10s };`;

test("writes what comes meanwhile as one line", async () => {
  const { add, answer, lines } = scene();
  for (const last of [1, 2, 3]) add(last);
  assert.deepEqual(lines, [element(1)]);
  await answer();
  assert.deepEqual(lines, [element(1), `${element(2)} ${element(3)}`]);
});

test("writes a destination once, until its time is over", async () => {
  const { add, answer, lines, pass, bypass } = scene();
  add(1);
  await answer();
  pass(9);
  add(1);
  assert.equal(lines.length, 1);
  assert.equal(bypass.size, 1);
  pass(1);
  assert.equal(bypass.size, 0);
  add(1);
  assert.equal(lines.length, 2);
});

test("counts what the rules know, and not what they are still told", async () => {
  const { add, answer, lines, bypass } = scene();
  add(1);
  add(2);
  add(1);
  assert.equal(bypass.size, 0);
  await answer();
  assert.equal(bypass.size, 1);
  await answer();
  assert.equal(bypass.size, 2);
  assert.deepEqual(lines, [element(1), element(2)]);
});

test("goes on after a failure, tells of it, and tries again when asked", async () => {
  const { add, answer, lines, failures, bypass } = scene();
  add(99);
  add(1);
  await answer();
  assert.equal(failures.length, 1);
  assert.deepEqual(lines.at(-1), element(1));
  await answer();
  assert.equal(bypass.size, 1);
  add(99);
  assert.deepEqual(lines.at(-1), element(99));
});
