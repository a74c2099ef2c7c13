import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createDurationCounts } from "../src/duration-counts.ts";

test("counts up to and including each bound, and what is longer than all", () => {
  const durations = createDurationCounts([0.25, 1]);
  for (const seconds of [0, 0.25, 0.5, 1, 2, 8]) durations.observe(seconds);
  assert.deepEqual(durations.cumulative(), [
    { upTo: 0.25, count: 2 },
    { upTo: 1, count: 4 },
    { upTo: Number.POSITIVE_INFINITY, count: 6 },
  ]);
  assert.equal(durations.sumSeconds, 11.75);
});

test("counts whatever it observes once, in any order", () => {
  const bounds = fc.uniqueArray(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
  const observed = fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }));
  fc.assert(
    fc.property(bounds, observed, (bounds, observed) => {
      const durations = createDurationCounts(bounds.toSorted((a, b) => a - b));
      for (const seconds of observed) durations.observe(seconds);
      for (const { upTo, count } of durations.cumulative()) {
        assert.equal(count, observed.filter((seconds) => seconds <= upTo).length);
      }
    }),
  );
});
