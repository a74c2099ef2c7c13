import assert from "node:assert/strict";
import { test } from "node:test";
import { waitUntil } from "../wait-until.ts";

test("asks until the answer is yes", async () => {
  let asked = 0;
  assert.equal(await waitUntil(() => ++asked === 3, 60_000), true);
  assert.equal(asked, 3);
});

test("gives up after the time it was given, having asked at least once", async () => {
  let asked = 0;
  const never = () => {
    asked += 1;
    return false;
  };
  assert.equal(await waitUntil(never, 0), false);
  assert.equal(asked, 1);
});
