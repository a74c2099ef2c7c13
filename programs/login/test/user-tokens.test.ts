import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxTokensBytes, parseTokens } from "../src/user-tokens.ts";

test("keeps the order and drops repetitions", () => {
  assert.deepEqual(parseTokens(["staff", "wiki:edit", "staff"]), ["staff", "wiki:edit"]);
  assert.deepEqual(parseTokens([]), []);
});

for (const word of ["", "a b", "a,b", "a;b", " a", "a\n", "a\0", "x".repeat(65), "-a"]) {
  test(`refuses the token ${JSON.stringify(word)}`, () => {
    assert.equal(parseTokens(["staff", word]), undefined);
  });
}

test("refuses more tokens than a ticket carries", () => {
  const words = Array.from({ length: 5 }, (_, index) => `${index}`.padEnd(50, "x"));
  assert.equal(parseTokens(words)?.length, 5);
  assert.equal(parseTokens([...words, "y"]), undefined);
});

test("what is taken can be joined and split at commas", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", maxLength: 8 }), { maxLength: 6 }),
      (words) => {
        const tokens = parseTokens(words);
        if (tokens === undefined || tokens.length === 0) return;
        const joined = tokens.join(",");
        assert.deepEqual(joined.split(","), tokens);
        assert.ok(Buffer.byteLength(joined) <= maxTokensBytes);
        assert.doesNotMatch(joined, /[\s;]/);
      },
    ),
  );
});
