import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "../clock.ts";

test("a clock moves when told to and not otherwise", () => {
  const clock = createClock(1_000);
  assert.equal(clock.now(), 1_000);
  clock.advance(60);
  assert.equal(clock.now(), 1_060);
  assert.equal(clock.now(), 1_060);
});
