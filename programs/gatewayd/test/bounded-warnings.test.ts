import assert from "node:assert/strict";
import { test } from "node:test";
import { createBoundedWarnings } from "../src/bounded-warnings.ts";
import { worldIn } from "./running.ts";
import { now } from "./sample.ts";

/** What is written of warnings with one message, each at a second and about a subject. */
function written(...warnings: readonly (readonly [second: number, subject: string])[]) {
  const { log, lines } = worldIn("/", now);
  let second = 0;
  const bounded = createBoundedWarnings(log, () => now + second);
  for (const [at, subject] of warnings) {
    second = at;
    bounded.warn("odd", subject, { subject });
  }
  return lines.map((line) => {
    const { level, subject, times, msg } = JSON.parse(line);
    assert.equal(level, 40);
    return subject ?? `${times} ${msg}`;
  });
}

test("writes each subject once in a minute, and then how many were left out", () => {
  assert.deepEqual(written([0, "a"], [1, "a"], [59, "b"], [59, "a"]), ["a", "b"]);
  assert.deepEqual(written([0, "a"], [1, "a"], [2, "a"], [60, "a"]), [
    "a",
    "2 odd: more of these were left out",
    "a",
  ]);
  assert.deepEqual(written([0, "a"], [60, "a"], [119, "a"]), ["a", "a"]);
});

test("writes few subjects in a minute, however many there are", () => {
  const many = Array.from({ length: 1000 }, (_, index) => [index / 20, `${index}`] as const);
  const lines = written(...many, [60, "x"]);
  assert.deepEqual(lines, ["0", "1", "2", "3", "4", "995 odd: more of these were left out", "x"]);
});

test("goes on when the clock is set back", () => {
  assert.deepEqual(written([7200, "a"], [0, "a"]), ["a", "a"]);
});

test("one message has no part in the bounds of another", () => {
  const { log, lines } = worldIn("/", now);
  const bounded = createBoundedWarnings(log, () => now);
  for (const message of ["odd", "odder"]) {
    for (let index = 0; index < 9; index++) bounded.warn(message, `${index}`, {});
  }
  assert.equal(lines.length, 10);
});
