import assert from "node:assert/strict";
import { test } from "node:test";
import type { Layer } from "../../src/migrate/layers.ts";
import type { Region } from "../../src/migrate/regions.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { sitePlaces } from "../../src/migrate/site-places.ts";

const at = { file: "f", line: 1 };
const said = <T>(value: T) => ({ value, at });
const glob = (text: string) => text.split("/").slice(1);
const ours = said("mod_auth_pubtkt");

function region(
  text: string,
  tokens: readonly string[] | undefined,
  more: Partial<Region> = {},
): Region {
  const settings = {
    keyFile: said("/k"),
    ...(tokens === undefined ? {} : { tokens: said(tokens) }),
    ...more.settings,
  };
  return { glob: glob(text), authType: ours, conditional: [], ...more, settings };
}

function places(...regions: Region[]) {
  const remarks = createRemarks();
  const context = { origin: "https://a", secretName: () => "k", report: remarks.report };
  const found = sitePlaces(regions, at, context);
  const lines = found.places.map(
    ({ address, conditions, options }): Record<string, unknown> => ({
      [address.kind]: address.text,
      ...conditions,
      ...options,
    }),
  );
  return { lines, isProtected: found.isProtected, remarks: remarks.all() };
}

test("a place says what differs from the one around it, and is left out if nothing does", () => {
  const { lines } = places(
    region("/**", ["a"]),
    region("/b/**", ["b"]),
    region("/b/c/**", ["b"]),
    region("/b/c/d/**", undefined),
  );
  assert.deepEqual(lines, [
    { path: "/b", anyOfTokens: ["b"] },
    { path: "/b/c/d", anyOfTokens: [] },
  ]);
});

test("places where nobody asks for tickets are left out", () => {
  const open = { authType: said("basic") };
  const { lines, isProtected } = places(region("/**", ["a"], open), region("/b/**", ["b"], open));
  assert.deepEqual([lines, isProtected], [[], false]);
});

test("patterns come before what they are a part of", () => {
  const { lines } = places(
    region("/**", ["a"]),
    region("/**/*.php", ["p"]),
    region("/x/**/*.php", ["q"]),
    region("/x/y.php", ["r"]),
  );
  assert.deepEqual(
    lines.map((line) => line.pattern ?? line.exactPath),
    ["/x/y.php", "/x/**/*.php", "/**/*.php"],
  );
});

test("a path that a pattern would hide is told as a pattern as well", () => {
  const { lines } = places(region("/**", ["a"]), region("/x/**", ["a"]), region("/*/**", ["b"]));
  assert.deepEqual(lines, [{ pattern: "/x/**" }, { pattern: "/*/**", anyOfTokens: ["b"] }]);
});

test("a file and what follows its name is a pattern", () => {
  const { lines } = places(region("/**", ["a"]), region("/**/x.php/***", ["b"]));
  assert.deepEqual(lines, [{ pattern: "/**/x.php/**", anyOfTokens: ["b"] }]);
});

test("what holds for some visits comes before what holds for the others", () => {
  const layer: Layer = {
    at,
    scope: { of: "addresses", globs: [["**"]] },
    conditions: { methods: ["POST"] },
    settings: { tokens: said(["w"]) },
    authType: undefined,
  };
  const { lines } = places(region("/**", ["a"], { conditional: [layer] }));
  assert.deepEqual(lines, [{ path: "/", methods: ["POST"], anyOfTokens: ["w"] }]);
});

test("what a place cannot take back is told", () => {
  const { remarks } = places(
    region("/**", undefined, { settings: { loginUrl: said("https://sso/") } }),
    region("/b/**", undefined),
  );
  assert.deepEqual(
    remarks.map(({ level }) => level),
    ["error"],
  );
});
