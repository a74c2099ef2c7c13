import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseSettings } from "@countersign/settings";
import { auditEventTexts, auditReasonTexts } from "../src/audit.ts";
import { loginSettings } from "../src/settings.ts";

const guide = readFileSync(new URL("../../../docs/guide/login.md", import.meta.url), "utf8");
const examples = [...guide.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1] ?? "");

test("the guide has examples", () => assert.ok(examples.length >= 2));

for (const [index, text] of examples.entries()) {
  test(`the guide's settings are right (example ${index + 1})`, () => {
    const parsed = parseSettings(loginSettings, { name: "docs/guide/login.md", text });
    assert.deepEqual(parsed.ok || parsed.problems, true);
  });
}

test("the guide names every event and reason of the audit log", () => {
  for (const event of Object.keys(auditEventTexts)) {
    assert.ok(guide.includes(`| \`${event}\` |`), event);
  }
  for (const reason of Object.keys(auditReasonTexts)) {
    assert.ok(guide.includes(`\`${reason}\``), reason);
  }
});
