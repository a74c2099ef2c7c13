import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  allDirectives,
  parseConfiguration,
  type Statement,
} from "../../src/migrate/configuration-tree.ts";

test("reads directives and sections with their lines", () => {
  const text =
    'Listen 80\n<VirtualHost *:80>\n  <location "/a">\n  AuthType x\n</LOCATION>\n</VirtualHost>';
  const { statements, problems } = parseConfiguration(text, "f");
  assert.deepEqual(problems, []);
  assert.deepEqual(statements.map(shape), [
    ["listen", "80", 1],
    ["virtualhost", "*:80", 2, 6, [["location", '"/a"', 3, 5, [["authtype", "x", 4]]]]],
  ]);
});

test("reads a section without an argument", () => {
  const { statements } = parseConfiguration("<Else>\na\n</Else>", "f");
  assert.deepEqual(statements.map(shape), [["else", "", 1, 3, [["a", "", 2]]]]);
});

const wrong = {
  "a section that is not closed": ["<If true>\na", 1, "<if> is not closed"],
  "an end that closes nothing": ["a\n</If>", 2, "</if> closes nothing that is open"],
  "an end of another section": ["<If true>\n</Files>\n</If>", 2, "</files> closes nothing"],
  "a first line without its end": ["<If true\n</If>", 1, "no > at its end"],
  "too many sections in each other": ["<If true>\n".repeat(100), 65, "more than 64"],
} satisfies Record<string, [string, number, string]>;

for (const [name, [text, line, expected]] of Object.entries(wrong)) {
  test(`tells of ${name}`, () => {
    const { problems } = parseConfiguration(text, "f");
    assert.ok(
      problems.some((one) => one.line === line && one.text.includes(expected)),
      text,
    );
  });
}

test("a problem does not repeat what stands in the wrong place", () => {
  const { problems } = parseConfiguration("</0123456789abcdef>\n<my secret", "f");
  assert.equal(problems.length, 3);
  for (const { text } of problems) assert.doesNotMatch(text, /0123|secret/);
});

test("every text is read, whatever it is", () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom("<If x>", "</If>", "</", "<", ">", "<>", "\\", "a b", '<Files ~ ">">'),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const { statements } = parseConfiguration(lines.join("\n"), "f");
      for (const directive of allDirectives(statements)) {
        assert.ok(directive.line >= 1 && directive.lastLine >= directive.line);
      }
    }),
  );
});

function shape(statement: Statement): unknown[] {
  const { name, argument, line } = statement;
  if (statement.kind === "directive") return [name, argument, line];
  return [name, argument, line, statement.endLine, statement.children.map(shape)];
}
