import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { configurationLines } from "../../src/migrate/configuration-lines.ts";

const texts = {
  "a line": ["Listen 80", [[1, 1, "Listen 80"]]],
  "white space around it": ["\t Listen 80 \r\n", [[1, 1, "Listen 80"]]],
  "empty lines and comments": ["\n# no\n  # no\nyes", [[4, 4, "yes"]]],
  "a line that goes on": [
    "Use \\\n  a \\\r\n b\nnext",
    [
      [1, 3, "Use   a  b"],
      [4, 4, "next"],
    ],
  ],
  "a comment that goes on": ["# no \\\nstill no\nyes", [[3, 3, "yes"]]],
  "a # that is no comment": ["a #b", [[1, 1, "a #b"]]],
  "a backslash at the end of all": ["a\\", [[1, 1, "a"]]],
  nothing: ["", []],
} satisfies Record<string, [string, [number, number, string][]]>;

for (const [name, [text, expected]] of Object.entries(texts)) {
  test(`reads as Apache does: ${name}`, () => {
    const lines = configurationLines(text);
    assert.deepEqual(
      lines.map((one) => [one.line, one.lastLine, one.text]),
      expected,
    );
  });
}

test("every line has its place in the text, in order", () => {
  const line = fc.constantFrom("a", "# b", "\\", "c \\", "", " d", "\r");
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      let before = 0;
      for (const { line: first, lastLine } of configurationLines(lines.join("\n"))) {
        assert.ok(first > before && lastLine >= first && lastLine <= lines.length);
        before = lastLine;
      }
    }),
  );
});
