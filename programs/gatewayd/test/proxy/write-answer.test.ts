import assert from "node:assert/strict";
import { test } from "node:test";
import { plainAnswer } from "../../src/proxy/write-answer.ts";

test("no plain answer may be stored, and only the one that passes says when to come again", () => {
  for (const status of [400, 405, 421, 500, 502, 503, 504] as const) {
    const { headers, body } = plainAnswer(status);
    const names = new Map(headers);
    assert.equal(names.get("Cache-Control"), "no-store");
    assert.equal(names.get("Retry-After"), status === 503 ? "1" : undefined);
    assert.equal(names.has("Allow"), status === 405);
    assert.match(body, /^[A-Z].*\n$/);
  }
});
