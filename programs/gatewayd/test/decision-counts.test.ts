import assert from "node:assert/strict";
import { test } from "node:test";
import { createDecisionCounts } from "../src/decision-counts.ts";

test("counts decisions by kind and reason", () => {
  const counts = createDecisionCounts();
  counts.count("allow", "", 0.001);
  counts.count("log-in", "no-ticket", 0.001);
  counts.count("log-in", "expired", 0.001);
  counts.count("log-in", "expired", 0.001);
  assert.deepEqual(
    [...counts.entries()],
    [
      { kind: "allow", reason: "", count: 1 },
      { kind: "log-in", reason: "no-ticket", count: 1 },
      { kind: "log-in", reason: "expired", count: 2 },
    ],
  );
  assert.equal(counts.durations.cumulative().at(-1)?.count, 4);
});
