import assert from "node:assert/strict";
import { test } from "node:test";
import { createRenewals } from "../src/demo/renewals.ts";

test("counts each newer ticket of a sign-in once, and no older one", () => {
  const renewals = createRenewals();
  const counts = [100, 100, 130, 130, 100, 160].map((issuedAt) => renewals.see("a", issuedAt));
  assert.deepEqual(counts, [0, 0, 1, 1, 1, 2]);
  assert.equal(renewals.see("b", 200), 0);
});

test("forgets old sign-ins, so that its memory is bounded", () => {
  const renewals = createRenewals();
  renewals.see("first", 1);
  renewals.see("first", 2);
  for (let index = 0; index < 1_000; index += 1) renewals.see(`${index}`, 1);
  assert.equal(renewals.see("first", 3), 0);
});
