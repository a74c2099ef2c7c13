import assert from "node:assert/strict";
import { test } from "node:test";
import { readUpTo } from "../../src/supervisor/nft.ts";

const marker = (number: number) =>
  `Error: syntax error, unexpected newline, expecting string\nmarker_${number}\n        ^\n`;
const problem =
  "Error: Could not process rule: No such file or directory\nadd rule inet a b accept\n         ^^\n";

test("no word before the marker means success", () => {
  assert.deepEqual(readUpTo(marker(1), "marker_1"), { problems: "", rest: "" });
});

test("goes on after the marker", () => {
  const first = readUpTo(marker(1) + marker(2), "marker_1");
  assert.deepEqual(readUpTo(first?.rest ?? "", "marker_2")?.problems, "");
});

test("gives all errors before the marker, without the lines they are about", () => {
  const found = readUpTo(problem + problem + marker(7), "marker_7");
  const words = "Could not process rule: No such file or directory";
  assert.equal(found?.problems, `${words}; ${words}`);
});

test("waits for the whole of a marker, wherever the text is cut", () => {
  const text = problem + marker(7);
  for (let cut = 0; cut < text.length; cut++) {
    assert.equal(readUpTo(text.slice(0, cut), "marker_7"), undefined, `${cut}`);
  }
});
