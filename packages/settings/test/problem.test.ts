import assert from "node:assert/strict";
import { test } from "node:test";
import { describeProblem, settingName } from "../src/problem.ts";

test("writes a problem on one line that editors can follow", () => {
  const problem = { source: "gateway.yaml", line: 7, column: 5, expected: "a host name" };
  assert.equal(
    describeProblem({ ...problem, setting: "sites[0].host" }),
    "gateway.yaml:7:5: sites[0].host: expected a host name",
  );
  assert.equal(
    describeProblem({ ...problem, setting: "" }),
    "gateway.yaml:7:5: expected a host name",
  );
});

test("writes a setting's path as people do", () => {
  assert.equal(settingName([]), "");
  assert.equal(settingName(["sites", 0, "places", 1, "path"]), "sites[0].places[1].path");
  assert.equal(settingName(["x y", "a.b"]), '["x y"]["a.b"]');
});
