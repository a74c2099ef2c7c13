import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { outdatedPages } from "../reference/compare.ts";
import { errorsPage } from "../reference/errors.ts";

test("reports pages that are missing or differ, and no others", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const pages = new Map([
    ["same.md", "a\n"],
    ["changed.md", "b\n"],
    ["missing.md", "c\n"],
  ]);
  writeFileSync(join(folder, "same.md"), "a\n");
  writeFileSync(join(folder, "changed.md"), "B\n");
  const problems = outdatedPages(pages, folder);
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? "", /changed\.md is not what the sources say: npm run generate/);
  assert.match(problems[1] ?? "", /missing\.md/);
});

test("gives each error code a row", () => {
  const page = errorsPage([
    { heading: "`ExampleError`", intro: "Thrown.", texts: { "bad-pair": "no `a|b`" } },
  ]);
  assert.match(page, /^# Errors and refusals\n/);
  assert.match(page, /\n## `ExampleError`\n\nThrown\.\n\n\| Word \| Meaning \|\n/);
  assert.match(page, /\n\| `bad-pair` \| no `a\\\|b` \|\n$/);
});
