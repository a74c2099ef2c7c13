import assert from "node:assert/strict";
import { test } from "node:test";
import { createSteps } from "../../src/supervisor/steps.ts";

test("undoes the last step first, and each once", async () => {
  const steps = createSteps();
  const undone: number[] = [];
  for (const number of [1, 2, 3]) steps.undoneBy(() => void undone.push(number));
  await steps.undo();
  await steps.undo();
  assert.deepEqual(undone, [3, 2, 1]);
});

test("undoes the others when one fails, and then fails", async () => {
  const steps = createSteps();
  const undone: number[] = [];
  steps.undoneBy(() => void undone.push(1));
  steps.undoneBy(async () => {
    throw new Error("no");
  });
  steps.undoneBy(() => void undone.push(3));
  await assert.rejects(steps.undo(), AggregateError);
  assert.deepEqual(undone, [3, 1]);
});
