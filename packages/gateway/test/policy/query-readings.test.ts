import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isAmbiguousQuery, wantedArguments } from "../../src/policy/query-readings.ts";

const wanted = wantedArguments([
  { arguments: { action: "edit" } },
  {},
  { arguments: { action: "delete", "my.page": "1" } },
]);

const plain = [
  "",
  "?action=edit",
  "?a%63tion=edit",
  "?action=view",
  "?action=",
  "?x=action&y=edit",
  "?my.page=1",
  "?actions=edit",
  "?q=a;b=c",
];

const ambiguous = [
  "?action=edit&action=view",
  "?+action=edit",
  "?%20action=edit",
  "?a=1;action=edit",
  "?action=view;action=edit",
  "?action%00=edit",
  "?action%5B%5D=edit",
  "?action[]=edit",
  "?Action=edit",
  "?action=view&Action=edit",
  "?action=Edit",
  "?action=edit%00",
  "?action=%20edit",
  "?my_page=1",
  "?my%20page=1",
];

for (const search of plain) {
  test(`sees one reading of ${JSON.stringify(search)}`, () => {
    assert.equal(isAmbiguousQuery(search, wanted), false);
  });
}

for (const search of ambiguous) {
  test(`sees more than one reading of ${search}`, () => {
    assert.equal(isAmbiguousQuery(search, wanted), true);
  });
}

test("reads any query, and doubts none that has nothing to do with it", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const isAmbiguous = isAmbiguousQuery(`?${text}`, wanted);
      const decoded = new URLSearchParams(text).toString().toLowerCase();
      if (!/ction|page/.test(decoded)) assert.equal(isAmbiguous, false);
    }),
  );
});
