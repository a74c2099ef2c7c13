import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  coversItems,
  type Items,
  intersectItems,
  overlapItems,
} from "../../src/migrate/wild-lists.ts";

const letters: Items = {
  isWild: (item) => item === "*",
  anything: "*",
  covers: (outer, inner) => outer === inner,
  overlap: (a, b) => a === b,
  intersect: (a, b) => (a === b ? [a] : []),
};

const word = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 5 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 5 });

function matches(text: string, one: string): boolean {
  return new RegExp(`^${text.replaceAll("*", ".*")}$`).test(one);
}

test("covers a list without wild items just if it matches", () => {
  fc.assert(
    fc.property(pattern, word, (text, one) => {
      assert.equal(coversItems([...text], [...one], letters), matches(text, one));
    }),
  );
});

test("what two lists have in common is what both match", () => {
  fc.assert(
    fc.property(pattern, pattern, word, (a, b, one) => {
      const both = intersectItems([...a], [...b], letters) ?? [];
      const isCommon = both.some((list) => matches(list.join(""), one));
      assert.equal(isCommon, matches(a, one) && matches(b, one));
      assert.equal(overlapItems([...a], [...b], letters), both.length > 0);
    }),
  );
});

test("gives up where there is too much", () => {
  const many = (text: string) => [...text.repeat(20), "*"];
  assert.equal(intersectItems(many("*a"), many("*b"), letters), undefined);
  assert.equal(intersectItems(many("a".repeat(20)), many("a"), letters), undefined);
});
