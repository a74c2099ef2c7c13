import assert from "node:assert/strict";
import { test } from "node:test";
import { createChains } from "../../src/policy/chains.ts";
import type { Place } from "../../src/policy/place.ts";

const at = (text: string): Place => ({ kind: "path", text, condition: undefined });
const [root, a, b] = [at("/"), at("/a"), at("/a/b")];

test("combines places when they are first needed, and once", () => {
  const combined: string[] = [];
  const { start } = createChains(root, (chain) => {
    const text = chain.map((place) => place.text).join(" ");
    combined.push(text);
    return text;
  });
  const { found } = start.with(a).with(b);
  assert.deepEqual(found, { place: b, policy: "/ /a /a/b" });
  assert.equal(start.with(a).with(b).found, found);
  assert.notEqual(start.with(b).found, found);
  assert.deepEqual(combined, ["/ /a /a/b", "/ /a/b"]);
});
