import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProblem } from "../src/problem.ts";
import { settingProblem } from "../src/setting-problem.ts";

test("points at the setting's value, or at the group that lacks it", () => {
  const source = { name: "a.yaml", text: "listen: x\nkeys:\n  - file: k.pem\n" };
  const at = (...path: PropertyKey[]) => describeProblem(settingProblem(source, path, "a file"));
  assert.equal(at("keys", 0, "file"), "a.yaml:3:11: keys[0].file: expected a file");
  assert.equal(at("keys", 0, "digest"), "a.yaml:3:5: keys[0].digest: expected a file");
  assert.equal(at("other"), "a.yaml:1:1: other: expected a file");
});
