import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { textPage } from "../../src/decision/page.ts";

test("allows its own style and nothing else", () => {
  const { headers, body } = textPage(403, "Title", ["Text"]);
  const [, style = ""] = /<style>(.*)<\/style>/.exec(body) ?? [];
  const digest = createHash("sha256").update(style).digest("base64");
  const policy = headers.find(([name]) => name === "Content-Security-Policy")?.[1];
  assert.ok(policy?.startsWith(`default-src 'none'; style-src 'sha256-${digest}';`), policy);
});

test("shows markup as text", () => {
  const { body } = textPage(403, `<b>"&'`, ["<script>1</script>"], {
    href: 'https://a/?"><script>',
    text: "<i>",
  });
  assert.match(body, /<h1>&lt;b&gt;&quot;&amp;&#39;<\/h1>/);
  assert.match(body, /<p>&lt;script&gt;1&lt;\/script&gt;<\/p>/);
  assert.match(body, /<a href="https:\/\/a\/\?&quot;&gt;&lt;script&gt;">&lt;i&gt;<\/a>/);
});
