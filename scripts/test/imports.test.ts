import assert from "node:assert/strict";
import { test } from "node:test";
import { importsOf } from "../checks/imports.ts";

const found = {
  'import "a";': "a",
  "import a from 'a';": "a",
  'import type { A } from "a";': "a",
  'import {\n  a, // "x"\n  b,\n} from "a";': "a",
  'import * as a from /* b */ "a";': "a",
  'export { a } from "a";': "a",
  'export * from "a";': "a",
  'const a = await import("a");': "a",
  'type A = import("a").A;': "a",
  'const a = require("a");': "a",
  'import a = require("a");': "a",
  "const a = await import(name);": undefined,
  "const a = await import(`./${name}.ts`);": undefined,
  'const a = await import("./" + name);': "./",
};

for (const [source, specifier] of Object.entries(found)) {
  test(`finds the import in ${JSON.stringify(source)}`, () => {
    assert.deepEqual(
      importsOf(source).map((one) => one.specifier),
      [specifier],
    );
  });
}

const none = [
  '// import "a";',
  '/* export * from "a"; */',
  "const a = 'import \"a\"';",
  'const a = Array.from("a");',
  'const from = "a";',
  "`import 'a'`;",
  "import.meta.dirname;",
];

for (const source of none) {
  test(`finds no import in ${JSON.stringify(source)}`, () => {
    assert.deepEqual(importsOf(source), []);
  });
}

test("tells the line, and whether an import is handed on", () => {
  const source = 'import { a } from "a";\n\nexport {\n  b,\n} from "b";\nexport const c = 1;\n';
  assert.deepEqual(importsOf(source), [
    { specifier: "a", line: 1, reExports: false },
    { specifier: "b", line: 5, reExports: true },
  ]);
});
