import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hasColour, printable, type Terminal } from "../src/terminal.ts";

test("colour is for terminals that want it", () => {
  const at = (environment: Terminal["environment"], isTTY: boolean) =>
    hasColour({ environment } as Terminal, { isTTY });
  assert.equal(at({}, true), true);
  assert.equal(at({}, false), false);
  assert.equal(at({ NO_COLOR: "1" }, true), false);
  assert.equal(at({ NO_COLOR: "" }, true), true);
  assert.equal(at({ TERM: "dumb" }, true), false);
});

test("nothing that is printed can move the cursor or turn text around", () => {
  assert.equal(printable("a\u001b[2J\u202e\u2028b é 字"), "a\\u{1b}[2J\\u{202e}\\u{2028}b é 字");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\p{Cf}\p{Cs}]/u);
    }),
  );
});
