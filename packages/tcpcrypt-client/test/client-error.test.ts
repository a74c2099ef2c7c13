import assert from "node:assert/strict";
import { test } from "node:test";
import { TcpcryptClientError, tcpcryptClientErrorTexts } from "../src/client-error.ts";

test("every code has words, which the error says", () => {
  for (const [code, text] of Object.entries(tcpcryptClientErrorTexts)) {
    assert.match(text, /^[a-z].*[^.]$/);
    const error = new TcpcryptClientError(code as "failed", "here");
    assert.equal(error.message, `${text}: here`);
  }
});
