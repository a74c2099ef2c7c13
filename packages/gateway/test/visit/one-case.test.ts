import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inOneCase } from "../../src/visit/one-case.ts";

const same = [
  ["admin", "ADMIN"],
  ["größe", "GRÖSSE"],
  ["größe", "GRÖẞE"],
  ["größe", "gro\u0308ße"],
  ["ΟΔΟΣ", "οδος"],
  // The long s, the Kelvin sign, a dotless i, letters of full width.
  ["s", "\u017f"],
  ["k", "\u212a"],
  ["i", "\u0131"],
  ["admin", "\uff41dmin"],
] as const;

for (const [one, other] of same) {
  test(`takes ${one} and ${other} for the same`, () => {
    assert.equal(inOneCase(one), inOneCase(other));
  });
}

test("takes different words for different", () => {
  assert.notEqual(inOneCase("admin"), inOneCase("admins"));
  assert.notEqual(inOneCase("a_b"), inOneCase("a-b"));
});

test("takes ASCII text for the same as its capitals and small letters, and nothing else", () => {
  const ascii = fc.string({ unit: "binary-ascii" });
  fc.assert(
    fc.property(ascii, ascii, (one, other) => {
      assert.equal(inOneCase(one), inOneCase(one.toUpperCase()));
      assert.equal(inOneCase(one) === inOneCase(other), one.toLowerCase() === other.toLowerCase());
    }),
  );
});

test("takes any text for the same as its capitals, its small letters and their parts", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const others = [text.toUpperCase(), text.toLowerCase(), text.normalize("NFD")];
      for (const other of others) assert.equal(inOneCase(text), inOneCase(other));
    }),
    { numRuns: 1000 },
  );
});
