import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { checkStyle, checkTypes, checkUnused } from "../checks/tools.ts";

const manifest = '{ "name": "example", "type": "module", "main": "a.js" }';

const examples = [
  {
    check: checkTypes,
    good: { "tsconfig.json": '{ "files": ["a.ts"] }', "a.ts": "export const a: number = 1;" },
    bad: { "a.ts": 'export const a: number = "one";' },
    says: /a\.ts\(1,14\): error TS2322/,
  },
  {
    check: checkStyle,
    good: { "a.js": "export const a = 1;\n" },
    // Only a warning, which must count.
    bad: { "a.js": 'const unused = "a";\n' },
    says: /noUnusedVariables/,
  },
  {
    check: checkUnused,
    good: { "package.json": manifest, "a.js": "export const a = 1;\n" },
    bad: { "forgotten.js": "export const b = 2;\n" },
    says: /forgotten\.js/,
  },
];

for (const { check, good, bad, says } of examples) {
  test(`${check.name} accepts what is right`, async (t) => {
    assert.deepEqual(await check(folderWith(t, good)), []);
  });

  test(`${check.name} reports what is wrong`, async (t) => {
    const complaints = await check(folderWith(t, { ...good, ...bad }));
    assert.match(complaints.join("\n"), says);
  });
}

function folderWith(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
