import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { any, readRegex, segment, some } from "../../src/migrate/regex-parts.ts";

test("reads characters, stars and anchors", () => {
  assert.deepEqual(readRegex("^/a\\.b.*[^/]*[^/]+$"), [
    { pieces: ["/", "a", ".", "b", any, segment, some], isAtStart: true, isAtEnd: true },
  ]);
});

test("reads alternatives, optional parts and sets", () => {
  const texts = readRegex("(?:a|bc)d?[xy]")?.map(({ pieces }) => pieces.join(""));
  assert.deepEqual(texts, ["adx", "ady", "ax", "ay", "bcdx", "bcdy", "bcx", "bcy"]);
});

test("reads an anchor in an alternative at the end", () => {
  const [first, second] = readRegex("^/a(/|$)") ?? [];
  assert.deepEqual([first?.isAtEnd, second?.isAtEnd], [false, true]);
});

const unsayable = [
  "a.b",
  "a+",
  "a{2}",
  "(a)*",
  "(?i)a",
  "(?!a)",
  "\\d",
  "[a-z]",
  "[^a]",
  "a\\1",
  "a^b",
  "(",
  ")",
  "[",
  "a**",
  "\\",
];

for (const source of [...unsayable, "(a|b)".repeat(9), "a".repeat(1001)]) {
  test(`does not claim to know what ${source.slice(0, 20)} matches`, () => {
    assert.equal(readRegex(source), undefined);
  });
}

test("reads every text, whatever it is", () => {
  const part = fc.constantFrom(
    "a",
    "/",
    ".",
    "*",
    "+",
    "?",
    "(",
    ")",
    "[",
    "]",
    "|",
    "^",
    "$",
    "\\",
    "(?:",
  );
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      assert.ok((readRegex(parts.join("")) ?? []).length <= 64);
    }),
  );
});
