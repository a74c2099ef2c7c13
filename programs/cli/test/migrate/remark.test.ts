import assert from "node:assert/strict";
import { test } from "node:test";
import { createRemarks } from "../../src/migrate/remark.ts";

test("remarks come by file and line, and once each", () => {
  const remarks = createRemarks();
  remarks.report("error", { file: "b", line: 1 }, "x");
  remarks.report("warning", { file: "a", line: 20 }, "x");
  remarks.report("warning", { file: "a", line: 3 }, "x");
  remarks.report("warning", { file: "a", line: 3 }, "x");
  assert.deepEqual(
    remarks.all().map(({ file, line }) => `${file}:${line}`),
    ["a:3", "a:20", "b:1"],
  );
});
