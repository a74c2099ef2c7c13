import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
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

test("takes a number as it is, or refuses it: exactly the whole ones of ten years", () => {
  const number = fc.oneof(
    fc.integer({ min: -10, max: 400_000_000 }),
    fc.double(),
    fc.maxSafeInteger(),
  );
  fc.assert(
    fc.property(number, (value) => {
      const { success, data } = seconds.safeParse(value);
      assert.equal(success, Number.isInteger(value) && value >= 0 && value <= 315_360_000);
      if (success) assert.equal(data, value);
    }),
  );
});

test("takes nothing that is no number", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      if (typeof value !== "number") assert.equal(seconds.safeParse(value).success, false);
    }),
  );
});
