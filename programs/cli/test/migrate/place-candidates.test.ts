import assert from "node:assert/strict";
import { test } from "node:test";
import type { Conditions } from "../../src/migrate/if-expressions.ts";
import type { Layer } from "../../src/migrate/layers.ts";
import { candidatesOf } from "../../src/migrate/place-candidates.ts";
import { createRemarks } from "../../src/migrate/remark.ts";

const at = { file: "f", line: 1 };
const said = <T>(value: T) => ({ value, at });

function layer(conditions: Conditions, tokens: readonly string[]): Layer {
  const scope = { of: "addresses", globs: [["**"]] } as const;
  return { at, scope, conditions, settings: { tokens: said(tokens) }, authType: undefined };
}

function candidates(authType: string, ...conditional: Layer[]) {
  const remarks = createRemarks();
  const region = {
    glob: ["**"],
    settings: { keyFile: said("/k"), debug: said(1), tokens: said(["a"]) },
    authType: said(authType),
    conditional,
  };
  const context = { origin: "https://a", secretName: () => "k", report: remarks.report };
  return { found: candidatesOf(region, at, context), remarks: remarks.all() };
}

test("a place that nobody asks about is not told of", () => {
  const { found, remarks } = candidates("basic");
  assert.deepEqual([found.map(({ isProtected }) => isProtected), remarks], [[false], []]);
});

test("a condition that changes nothing is left out", () => {
  const { found } = candidates("mod_auth_pubtkt", layer({ methods: ["POST"] }, ["a"]));
  assert.deepEqual(
    found.map(({ conditions }) => conditions),
    [{}],
  );
});

test("a condition that changes something comes first", () => {
  const { found } = candidates("mod_auth_pubtkt", layer({ methods: ["POST"] }, ["b"]));
  assert.deepEqual(
    found.map(({ conditions }) => conditions),
    [{ methods: ["POST"] }, {}],
  );
  assert.deepEqual(
    found.map(({ options }) => options.anyOfTokens),
    [["b"], ["a"]],
  );
});

test("two conditions that may both be true are told", () => {
  const { remarks } = candidates(
    "mod_auth_pubtkt",
    layer({ methods: ["POST"] }, ["b"]),
    layer({ networks: ["10.0.0.0/8"] }, ["c"]),
  );
  assert.ok(remarks.some(({ level }) => level === "error"));
});
