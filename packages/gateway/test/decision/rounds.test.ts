import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createRounds } from "../../src/decision/rounds.ts";

const key = new Uint8Array(32).fill(7);
const { read } = createRounds(key);
const origin = "https://wiki.example.com";
const now = 1_800_000_000;

/** Goes round so many times, a second each, and gives the target that one comes back to. */
function after(times: number, target = "/page?a=1"): string {
  let marked = target;
  for (let count = 0; count < times; count++) {
    const found = read(marked, origin, now + count);
    marked = found.round.mark(found.target);
  }
  return marked;
}

test("counts the redirects in a row, and knows when it is enough", () => {
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((times) => read(after(times), origin, now + times).round.isLast),
    [false, false, false, true, true],
  );
});

test("forgets a row that began more than 30 seconds ago", () => {
  assert.equal(read(after(3), origin, now + 30).round.isLast, true);
  assert.equal(read(after(3), origin, now + 31).round.isLast, false);
});

test("believes no mark of another key, another site, or the future", () => {
  const marked = after(3);
  const other = createRounds(new Uint8Array(32).fill(8));
  assert.equal(other.read(marked, origin, now + 3).round.isLast, false);
  assert.equal(read(marked, "https://shop.example.com", now + 3).round.isLast, false);
  assert.equal(read(marked, origin, now - 60).round.isLast, false);
});

test("takes a mark out of the address, whoever made it", () => {
  const other = createRounds(new Uint8Array(32).fill(8));
  const { target, round } = other.read(after(2), origin, now + 2);
  assert.deepEqual([target, round.isMarked], ["/page?a=1", true]);
});

test("leaves arguments alone that only look like it", () => {
  for (const target of ["/?countersign=1", "/countersign=a", "/?xcountersign=1.1.a", "/x"]) {
    const { target: same, round } = read(target, origin, now);
    assert.deepEqual([same, round.isMarked], [target, false]);
  }
});

test("gives back every target as it was, and counts whatever stands around the mark", () => {
  const target = fc.string().map((text) => `/${text.replaceAll(/[^!-~]|#/g, "")}`);
  fc.assert(
    fc.property(target, fc.nat(5), (sent, times) => {
      fc.pre(read(sent, origin, now).target === sent);
      const found = read(after(times, sent), origin, now + times);
      assert.equal(found.target, sent);
      assert.equal(found.round.isLast, times >= 3);
    }),
  );
});

test("believes no text that it did not write", () => {
  const text = fc
    .tuple(fc.nat(), fc.integer({ min: 1, max: 9 }), fc.base64String({ minLength: 22 }))
    .map(
      ([time, count, seal]) => `/?countersign=${time.toString(36)}.${count}.${seal.slice(0, 22)}`,
    );
  fc.assert(
    fc.property(text, (target) => assert.equal(read(target, origin, now).round.isLast, false)),
  );
});

test("counts by odd clocks, or leaves the address alone", () => {
  for (const odd of [-5, 1.5]) {
    const { round } = read("/p", origin, odd);
    assert.equal(read(round.mark("/p"), origin, Math.max(0, odd)).target, "/p");
  }
  assert.equal(read("/p", origin, 4e12).round.mark("/p"), "/p");
});
