import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLinks } from "../checks/links.ts";

const exists = (path: string) => ["README.md", "docs/README.md", "docs"].includes(path);

test("reports a link to nothing, with its line", () => {
  const documents = [{ path: "docs/README.md", text: "# A\n\nSee [b](../missing.md).\n" }];
  assert.deepEqual(checkLinks(documents, exists), [
    "docs/README.md:3: nothing is at ../missing.md",
  ]);
});

const right = [
  "[a](../README.md)",
  "[a](../README.md#part)",
  "[a](#part)",
  "[a](https://example.com/x)",
  "[folder](../docs)",
  "`[a](missing.md)`",
  "```\n[a](missing.md)\n```",
];

for (const text of right) {
  test(`accepts ${JSON.stringify(text)}`, () => {
    assert.deepEqual(checkLinks([{ path: "docs/README.md", text }], exists), []);
  });
}
