import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { acrossSettings, entriesOf, parseSettings } from "../src/index.ts";

const group = z.strictObject({
  name: z.string(),
  limits: z.strictObject({ least: z.int(), most: z.int().default(5) }).prefault({ least: 1 }),
  sites: z.array(z.strictObject({ host: z.string(), port: z.int().optional() })).default([]),
});

const schema = group.check(
  acrossSettings(({ limits, sites }, { isRight, problem }) => {
    if (isRight("limits") && limits.least > limits.most) problem(["limits", "least"], "less");
    for (const [index, site] of entriesOf(sites)) {
      if (isRight("sites", index, "host") && site.host === "a") {
        problem(["sites", index, "host"], "another host");
      }
    }
  }),
);

function problemsOf(settings: unknown): readonly string[] {
  const parsed = parseSettings(schema, { name: "a", text: JSON.stringify(settings) });
  return parsed.ok ? [] : parsed.problems.map(({ setting }) => setting);
}

const cases: Record<string, [settings: unknown, problems: readonly string[]]> = {
  "finds what is wrong across settings": [{ name: "x", limits: { least: 9 } }, ["limits.least"]],
  "finds it beside a required setting that is missing": [
    { limits: { least: 9 } },
    ["limits.least", "name"],
  ],
  "finds it beside an unknown setting": [
    { name: "x", other: 1, limits: { least: 9 } },
    ["limits.least", "other"],
  ],
  "finds it in an entry of which another part is wrong, and in the entry after that": [
    { name: "x", sites: [{ host: "a", port: "b" }, 5, { host: "a" }] },
    ["sites[0].host", "sites[0].port", "sites[1]", "sites[2].host"],
  ],
  "does not judge what is wrong by itself": [
    { name: "x", limits: { least: "9" } },
    ["limits.least"],
  ],
  "does not judge a default in place of a misspelled setting": [
    { name: "x", limits: { least: 9, mots: 10 } },
    ["limits.mots"],
  ],
  "takes what is no list for no entries": [{ name: "x", sites: 5 }, ["sites"]],
  "takes what is no group for nothing at all": [[1, 2], [""]],
};

for (const [name, [settings, problems]] of Object.entries(cases)) {
  test(name, () => assert.deepEqual([...problemsOf(settings)].sort(), problems));
}

test("what is right of a file with problems can be looked at", () => {
  const text = "nmae: x\nsites: [ { host: a, port: x }, { host: b } ]";
  const parsed = parseSettings(group, { name: "a", text });
  assert.ok(!parsed.ok && parsed.partlyRight !== undefined);
  const { settings, isRight } = parsed.partlyRight;
  assert.deepEqual(settings.sites[1], { host: "b" });
  const right = [
    ["sites", 0, "host"],
    ["sites", 1],
    ["sites", 1, "port"],
  ];
  const wrong = [[], ["name"], ["limits"], ["sites"], ["sites", 0], ["sites", 0, "port"]];
  for (const path of right) assert.equal(isRight(...path), true, String(path));
  for (const path of wrong) assert.equal(isRight(...path), false, String(path));
});

test("a file that is no group of settings has nothing that is right", () => {
  for (const text of ["- 1", "a: [", "5"]) {
    const parsed = parseSettings(group, { name: "a", text });
    assert.ok(!parsed.ok);
    assert.equal(parsed.partlyRight, undefined);
  }
});
