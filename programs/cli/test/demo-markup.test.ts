import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { markup } from "../src/demo/markup.ts";

test("no value can end an attribute or begin a tag", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii" }), (value) => {
      const [, inside = ""] = /^<a b="(.*)">$/s.exec(`${markup`<a b="${value}">`}`) ?? [];
      assert.doesNotMatch(inside, /[<>"']/);
      const read = inside.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
      assert.equal(read, value);
    }),
  );
});

test("markup in markup stays markup, lists of it are joined, and nothing is nothing", () => {
  const items = ["a", "<"].map((text) => markup`<li>${text}</li>`);
  assert.equal(`${markup`<ul>${items}${undefined}</ul>`}`, "<ul><li>a</li><li>&#60;</li></ul>");
});
