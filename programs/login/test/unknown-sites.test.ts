import assert from "node:assert/strict";
import { test } from "node:test";
import { createUnknownSiteReport } from "../src/unknown-sites.ts";

/** What is written of visitors from these sites, each at a second. */
function written(...visitors: readonly (readonly [second: number, origin: string])[]) {
  const lines: object[] = [];
  const note = (fields: object) => lines.push(fields);
  let second = 0;
  const report = createUnknownSiteReport({ info: note, warn: note, error: note }, () => second);
  for (const [at, origin] of visitors) {
    second = at;
    report(origin);
  }
  return lines;
}

const [a, b] = ["https://a.example", "https://b.example:8443"];

test("writes each site once in a minute, and then how many visitors were left out", () => {
  assert.deepEqual(written([0, a], [1, a], [59, b]), [{ origin: a }, { origin: b }]);
  assert.deepEqual(written([0, a], [1, a], [60, a]), [{ origin: a }, { times: 1 }, { origin: a }]);
});

test("writes few sites in a minute, however many there are", () => {
  const many = Array.from({ length: 100 }, (_, index) => [0, `https://${index}.example`] as const);
  assert.equal(written(...many).length, 5);
});

test("goes on when the clock is set back", () => {
  assert.equal(written([7200, a], [0, a]).length, 2);
});

test("writes no more of a name than a name has", () => {
  const [line] = written([0, `https://${"a".repeat(9000)}.example`]);
  assert.ok(JSON.stringify(line).length < 330);
});
