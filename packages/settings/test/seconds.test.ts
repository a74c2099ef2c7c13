import assert from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../src/seconds.ts";

test("takes whole numbers up to ten years", () => {
  assert.equal(seconds.parse(0), 0);
  assert.equal(seconds.parse(315_360_000), 315_360_000);
});

for (const value of [-1, 1.5, 315_360_001, Number.NaN, Number.POSITIVE_INFINITY, "8h", null]) {
  test(`refuses ${String(value)}`, () => {
    assert.equal(seconds.safeParse(value).success, false);
  });
}
