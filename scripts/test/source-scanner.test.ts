// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts to scan hold templates
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { layersOf } from "../checks/source-scanner.ts";

const cases: Readonly<Record<string, readonly [source: string, code: string, comments: string]>> = {
  "a line comment": ["a; // b\nc;", "a; c;", "// b"],
  "a block comment": ["a /* b\n * c */ d", "a d", "/* b * c */"],
  "a comment mark inside a string": ['a("// b"); c', "a( ); c", ""],
  "an escaped quote": ["a('\\'// b'); c", "a( ); c", ""],
  "a template with code in it": ["`a${b /* c */}d`; e", "b ; e", "/* c */"],
  "a template inside a template": ["`${`${a}`}b`; c", "a ; c", ""],
  "an object inside a template": ["`${{ a: 1 }.a}//`; b", "{ a: 1 }.a ; b", ""],
  "a comment mark inside a regex": ["a = /\\/\\/ [/] b/g; c", "a = ; c", ""],
  "a division": ["a / b / c // d", "a / b / c", "// d"],
  "a shebang": ["#!/usr/bin/env node // a\nb", "b", "#!/usr/bin/env node // a"],
};

for (const [name, [source, code, comments]] of Object.entries(cases)) {
  test(`separates ${name} from the code`, () => {
    const layers = layersOf(source);
    assert.equal(words(layers.code), code);
    assert.equal(words(layers.comments), comments);
  });
}

test("keeps the length and the lines of any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab'\"`${}/*\\\n ()") }), (source) => {
      const { code, comments } = layersOf(source);
      for (const layer of [code, comments]) {
        assert.equal(layer.length, source.length);
        assert.equal(layer.split("\n").length, source.split("\n").length);
      }
    }),
  );
});

function words(layer: string): string {
  return layer.replace(/\s+/g, " ").trim();
}
