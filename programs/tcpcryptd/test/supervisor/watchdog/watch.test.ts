import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  beatMs,
  heard,
  look,
  lookMs,
  silentMs,
  type Watch,
} from "../../../src/supervisor/watchdog/watch.ts";

const fresh: Watch = { heardAt: 0, lookedAt: 0 };
const own = { parent: 7, supervisor: 7 };

/** Looks at its usual pace from `from` to `to`; when it kills. */
function killedAt(watch: Watch, from: number, to: number): number | undefined {
  let current = watch;
  for (let now = from; now <= to; now += lookMs) {
    const { next, verdict } = look(current, { now, ...own });
    if (verdict === "kill") return now;
    current = next;
  }
  return undefined;
}

test("kills a supervisor that is silent, within two seconds", () => {
  assert.equal(killedAt(fresh, lookMs, 5000), silentMs);
  fc.assert(
    fc.property(fc.nat(10_000), fc.nat(lookMs - 1), (stopsAt, phase) => {
      let watch = fresh;
      let lastBeat = 0;
      for (let now = phase; ; now += lookMs) {
        while (lastBeat + beatMs <= now && lastBeat + beatMs < stopsAt) {
          lastBeat += beatMs;
          watch = heard(watch, lastBeat);
        }
        const { next, verdict } = look(watch, { now, ...own });
        if (verdict === "kill") {
          assert.ok(now - stopsAt < 2000 && now >= stopsAt, `${now} ${stopsAt}`);
          return;
        }
        watch = next;
      }
    }),
  );
});

test("ends without killing when its parent has become another", () => {
  const silent = { heardAt: 0, lookedAt: 2000 };
  assert.equal(look(silent, { now: 2100, parent: 1, supervisor: 7 }).verdict, "end");
});

test("does not count the time in which it did not run itself", () => {
  const { next, verdict } = look(fresh, { now: 60_000, ...own });
  assert.equal(verdict, "wait");
  // From then on the supervisor has its usual time.
  assert.equal(killedAt(next, 60_000 + lookMs, 70_000), 60_000 + silentMs - lookMs);
});

test("a look that is a little late does not give more time", () => {
  const { next } = look(fresh, { now: 350, ...own });
  assert.equal(next.heardAt, 0);
});

test("what was heard while it did not run is not heard in the future", () => {
  const { next } = look(heard(fresh, 900), { now: 1000, ...own });
  assert.equal(next.heardAt, 1000);
});
