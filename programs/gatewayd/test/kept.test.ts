import assert from "node:assert/strict";
import { test } from "node:test";
import { createKept } from "../src/kept.ts";

test("keeps the cache from one reload to the next, unless its size changes", () => {
  const kept = createKept();
  const first = kept.cacheFor(100);
  first.find("x", [], 0);
  assert.equal(kept.cacheFor(100), first);
  const other = kept.cacheFor(200);
  assert.notEqual(other, first);
  assert.equal(kept.cache, other);
  assert.equal(other.counts.misses, 1, "and counts on");
});

test("every process has a loop key of its own", () => {
  const [one, other] = [createKept().loopKey, createKept().loopKey];
  assert.equal(one.length, 32);
  assert.notDeepEqual(one, other);
});
