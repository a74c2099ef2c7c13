import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WakeUps } from "../../src/worker/wake-ups.ts";
import { HandClock } from "./hand-clock.ts";

test("wakes everybody once, never early and at most a slot late, with one timer", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 50 }), (waits) => {
      const clock = new HandClock();
      const wakeUps = new WakeUps(clock);
      const woken: { due: number; at: number }[] = [];
      for (const wait of waits) {
        const due = clock.now() + wait;
        wakeUps.at(due, { wake: (now) => woken.push({ due, at: now }) });
        assert.ok(clock.timers <= 1);
      }
      clock.advance(11_000);
      assert.equal(woken.length, waits.length);
      for (const { due, at } of woken) assert.ok(at >= due && at <= due + 100);
      assert.equal(wakeUps.size, 0);
      assert.equal(clock.timers, 0);
    }),
  );
});

test("a later time replaces an earlier one, and an earlier one a later", () => {
  const clock = new HandClock();
  const wakeUps = new WakeUps(clock);
  const woken: number[] = [];
  const sleeper = { wake: (now: number) => woken.push(now) };
  wakeUps.at(2000, sleeper);
  wakeUps.at(5000, sleeper);
  clock.advance(3000);
  assert.deepEqual(woken, []);
  wakeUps.at(4500, sleeper);
  clock.advance(10_000);
  assert.deepEqual(woken, [4500]);
});

test("lets those who are woken sleep again, and forget others", () => {
  const clock = new HandClock();
  const wakeUps = new WakeUps(clock);
  const woken: string[] = [];
  const second = { wake: () => woken.push("second") };
  const first = {
    wake(now: number) {
      woken.push("first");
      wakeUps.forget(second);
      if (woken.length < 3) wakeUps.at(now, first);
    },
  };
  wakeUps.at(2000, first);
  wakeUps.at(2000, second);
  clock.advance(5000);
  assert.deepEqual(woken, ["first", "first", "first"]);
});
