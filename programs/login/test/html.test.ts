import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type HtmlValue, html } from "../src/html.ts";

test("text is escaped, markup is not, nothing is nothing", () => {
  const inner = html`<b>${"<&>"}</b>`;
  assert.equal(
    String(html`<p title="${`"'`}">${inner}${undefined}${7}</p>`),
    '<p title="&#34;&#39;"><b>&#60;&#38;&#62;</b>7</p>',
  );
});

test("lists of markup stand one after the other", () => {
  assert.equal(
    String(html`<ul>${["a", "b"].map((item) => html`<li>${item}</li>`)}</ul>`),
    "<ul><li>a</li><li>b</li></ul>",
  );
});

test("what only looks like markup is text", () => {
  const forged = { toString: () => "<script>" } as unknown as HtmlValue;
  assert.equal(String(html`${forged}`), "&#60;script&#62;");
});

test("no text can leave its place, and each can be read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const written = String(html`${text}`);
      assert.doesNotMatch(written, /[<>"']|&(?!#\d+;)/);
      const read = written.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
      assert.equal(read, text);
    }),
  );
});
