import assert from "node:assert/strict";
import { test } from "node:test";
import { createLineChanges } from "../../src/migrate/line-changes.ts";

const text = "a\n  <B>\n    c\n    d \\\n    e\n  </B>\r\n";

test("puts lines before, after and in place of others, with their indentation", () => {
  const changes = createLineChanges();
  changes.add({ file: "f", line: 1 }, { before: ["0"] });
  changes.add({ file: "f", line: 2 }, { after: ["1"] });
  changes.add({ file: "f", line: 3 }, { after: ["2"] });
  changes.add({ file: "f", line: 4, lastLine: 5 }, { instead: ["3"] });
  changes.add({ file: "f", line: 6 }, { before: ["4"] });
  assert.equal(
    changes.applied("f", text),
    "0\na\n  <B>\n    1\n    c\n    2\n    3\n  4\r\n  </B>\r\n",
  );
});

test("changes to one line come together, and once", () => {
  const changes = createLineChanges();
  changes.add({ file: "f", line: 1 }, { after: ["x"] });
  changes.add({ file: "f", line: 1 }, { after: ["x", "y"], instead: [] });
  assert.equal(changes.applied("f", "a\nb"), "x\ny\nb");
});

test("leaves files without changes alone", () => {
  assert.equal(createLineChanges().applied("f", text), undefined);
});
