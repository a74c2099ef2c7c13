import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runSuite } from "../suites/run.ts";
import { filesOf, orphans, type Suite } from "../suites/suites.ts";

const suite: Suite = {
  name: "example",
  patterns: ["tests/*.test.mjs"],
  concurrency: 1,
  testTimeoutSeconds: 2,
  needsDebianPackages: false,
};

const passing = 'import { test } from "node:test"; test("passes", () => {});';
const skipped = 'import { test } from "node:test"; test.skip("is left out", () => {});';
const failing =
  'import { test } from "node:test"; test("fails", () => { throw new Error("no"); });';
const hanging =
  'import { test } from "node:test"; test("ends", () => { setInterval(() => {}, 9999); });';
const leaking =
  'import { spawn } from "node:child_process"; import { test } from "node:test";' +
  'test("leaks", () => { spawn("sleep", ["60"], { stdio: "ignore" }).unref(); });';

test("counts what passes and what is left out", async (t) => {
  const outcome = await run(t, { a: passing, b: passing, c: skipped });
  assert.deepEqual(outcome, { passed: 2, failed: 0, skipped: 1, problems: [] });
});

test("takes what a test leaves in the temporary folder away", async (t) => {
  const mark = join(tmpdir(), `countersign-left-${process.pid}`);
  const leaving =
    'import { mkdtempSync, writeFileSync } from "node:fs"; import { tmpdir } from "node:os";' +
    'import { test } from "node:test";' +
    `test("leaves", () => writeFileSync(${JSON.stringify(mark)}, mkdtempSync(tmpdir() + "/x-")));`;
  t.after(() => rmSync(mark));
  assert.equal((await run(t, { a: leaving })).passed, 1);
  assert.equal(existsSync(readFileSync(mark, "utf8")), false);
});

test("counts what fails", async (t) => {
  const outcome = await run(t, { a: passing, b: failing });
  assert.equal(outcome.passed, 1);
  assert.equal(outcome.failed, 1);
});

test("ends a test file that does not end by itself", async (t) => {
  const outcome = await run(t, { a: hanging });
  assert.match(outcome.problems[0] ?? "", /silent for 3 s/);
});

test("ends and reports the processes that a test leaves behind", async (t) => {
  const outcome = await run(t, { a: leaking });
  assert.deepEqual(outcome.problems, ["example: tests left processes behind, which were ended"]);
});

test("ends the tests when it is told to stop", async (t) => {
  const stop = new AbortController();
  const ended = run(t, { a: hanging }, stop.signal);
  stop.abort();
  assert.deepEqual((await ended).problems, ["example: interrupted"]);
});

test("refuses a suite without test files", (t) => {
  const root = folderWith(t, {});
  assert.throws(() => filesOf(suite, root), /no test file matches tests/);
});

test("finds test files that no suite runs", (t) => {
  const root = folderWith(t, { a: passing });
  writeFileSync(join(root, "forgotten.test.ts"), "");
  assert.deepEqual(orphans([suite], root), ["forgotten.test.ts"]);
});

function run(t: TestContext, tests: Record<string, string>, signal = new AbortController().signal) {
  const root = folderWith(t, tests);
  return runSuite(suite, { root, node: process.execPath, patienceSeconds: 1, write() {}, signal });
}

function folderWith(t: TestContext, tests: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, "tests"));
  for (const [name, text] of Object.entries(tests)) {
    writeFileSync(join(root, "tests", `${name}.test.mjs`), text);
  }
  return root;
}
