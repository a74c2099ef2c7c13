import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxUserNameBytes, parseUserName } from "../src/user-name.ts";

for (const name of [
  "ada",
  "Ada.Lovelace",
  "ada+test@example.com",
  "o'brien",
  "Jürgen",
  "7of9",
  "x",
]) {
  test(`takes the name ${name}`, () => {
    assert.equal(parseUserName(name)?.spelling, name);
  });
}

const refused = {
  "nothing at all": "",
  "a space before": " ada",
  "a space after": "ada ",
  "a space inside": "ada lovelace",
  "a semicolon, which ends a ticket's field": "ada;uid=root",
  "a comma": "ada,root",
  "a colon, which ends the name in Basic authentication": "ada:secret",
  "an equals sign": "ada=root",
  "a slash": "../ada",
  "a backslash": "corp\\ada",
  "a NUL": "ada\0",
  "a line end": "ada\nroot",
  "a zero-width space": "ada\u200b",
  "a direction override": "ada\u202eadmin",
  "a lone surrogate": "ada\ud800",
  "two at signs": "ada@evil@example.com",
  "an at sign at the end": "ada@",
  "a dot before": ".ada",
  "65 bytes": "a".repeat(65),
  "33 letters of two bytes": "ä".repeat(33),
};

for (const [what, name] of Object.entries(refused)) {
  test(`refuses a name with ${what}`, () => {
    assert.equal(parseUserName(name), undefined);
  });
}

test("composed and decomposed letters, large and small ones, are one name", () => {
  assert.deepEqual(parseUserName("JU\u0308RGEN"), { spelling: "JÜRGEN", key: "jürgen" });
  assert.equal(parseUserName("jürgen")?.key, "jürgen");
});

test("every name taken is short, free of separators, and finds itself by its own spelling", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      const name = parseUserName(text);
      if (name === undefined) return;
      assert.ok(Buffer.byteLength(name.spelling) <= maxUserNameBytes);
      assert.doesNotMatch(name.spelling, /[\s;,:=/\\\p{C}]/u);
      assert.deepEqual(parseUserName(name.spelling), name);
    }),
  );
});
