import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CommandError, commandErrorTexts, expectedFailure } from "../src/command-error.ts";

test("takes an error with a code of ours or of the system's for an expected failure", () => {
  assert.equal(expectedFailure(new CommandError("bad-input", "no")), "no");
  const cause = new CommandError("missing-file", "no such file");
  assert.equal(expectedFailure(new CommandError("bad-key", "no", { cause })), "no (no such file)");
  let missing: unknown;
  try {
    readFileSync("/does/not/exist");
  } catch (error) {
    missing = error;
  }
  assert.match(expectedFailure(missing) ?? "", /ENOENT/);
});

test("takes everything else for a mistake of ours", () => {
  let wrongCall: unknown;
  try {
    readFileSync({} as string);
  } catch (error) {
    wrongCall = error;
  }
  for (const error of [new TypeError("x"), wrongCall, "text", undefined, null]) {
    assert.equal(expectedFailure(error), undefined);
  }
});

test("every code has words for the reference page", () => {
  for (const text of Object.values(commandErrorTexts)) assert.match(text, /^[a-z].*[^.]$/);
});
