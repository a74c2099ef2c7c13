import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { quoted, splitWords } from "../../src/migrate/words.ts";

const table: Record<string, readonly string[]> = {
  "": [],
  "  a\t b ": ["a", "b"],
  '"a b" c': ["a b", "c"],
  "'a \"b' c": ['a "b', "c"],
  '"a \\" b\\\\"': ['a " b\\'],
  "a\\b": ["a\\b"],
  '"\\d"': ["\\d"],
  '"never closed': ["never closed"],
  '""': [""],
  'a"b c"': ['a"b', 'c"'],
};

for (const [argument, words] of Object.entries(table)) {
  test(`takes ${JSON.stringify(argument)} apart as Apache does`, () => {
    assert.deepEqual(splitWords(argument), words);
  });
}

test("what is quoted is one word again", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      assert.deepEqual(splitWords(words.map(quoted).join(" ")), words);
    }),
  );
});
