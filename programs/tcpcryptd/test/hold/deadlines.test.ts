import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Deadlines } from "../../src/hold/deadlines.ts";

test("gives what is due, and not before", () => {
  const deadlines = new Deadlines<string>(50);
  assert.equal(deadlines.next, undefined);
  deadlines.set("a", 120);
  deadlines.set("b", 90);
  deadlines.set("c", 1000);
  deadlines.set("c", undefined);
  assert.equal(deadlines.next, 100);
  assert.deepEqual(deadlines.take(99), []);
  assert.deepEqual(deadlines.take(100), ["b"]);
  assert.deepEqual(deadlines.take(1_000_000), ["a"]);
  assert.deepEqual(deadlines.take(1_000_000), []);
});

test("gives each thing once, at its last time rounded up to the grain", () => {
  const settings = fc.array(fc.tuple(fc.nat(5), fc.option(fc.nat(1000), { nil: undefined })));
  fc.assert(
    fc.property(settings, fc.nat(1200), (all, now) => {
      const deadlines = new Deadlines<number>(50);
      for (const [thing, at] of all) deadlines.set(thing, at);
      const last = new Map(all);
      const due = [...last].filter(([, at]) => at !== undefined && Math.ceil(at / 50) * 50 <= now);
      const times = [...last.values()].flatMap((at) => at ?? []);
      const first = times.length === 0 ? undefined : Math.ceil(Math.min(...times) / 50) * 50;
      assert.equal(deadlines.next, first);
      assert.deepEqual([...deadlines.take(now)].sort(), due.map(([thing]) => thing).sort());
    }),
  );
});
