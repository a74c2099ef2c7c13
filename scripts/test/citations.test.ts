import assert from "node:assert/strict";
import { test } from "node:test";
import { checkCitations, readSections } from "../checks/citations.ts";

const sections = { "8548": new Set(["3.3", "4.1", "4.2"]), "5802": new Set(["5", "A"]) };

function inSource(text: string): readonly string[] {
  return checkCitations(
    { workspaces: [], sources: [{ path: "a.ts", text }], documents: [] },
    sections,
  );
}

function inDocument(text: string): readonly string[] {
  return checkCitations(
    { workspaces: [], sources: [], documents: [{ path: "a.md", text }] },
    sections,
  );
}

const wrong: readonly (readonly [text: string, says: RegExp])[] = [
  ["// RFC 8548 §9.9", /a\.ts:1: RFC 8548 has no §9\.9/],
  ["a();\n/** A.\n *\n * @see RFC 8548 §9.9\n */", /a\.ts:4: RFC 8548 has no §9\.9/],
  ["// As RFC 8548\n// §9.9 says.", /RFC 8548 has no §9\.9/],
  ["// RFC 8548 §3.3 and §9.9", /RFC 8548 has no §9\.9/],
  ["// RFC 1 §1", /RFC 1 is not in/],
  ["// RFC 8548 section 4.1", /write RFC nnnn §x\.y/],
  ["// RFC 8548, Section 4.1", /write RFC nnnn §x\.y/],
  ["// section 4.1 of RFC 8548", /write RFC nnnn §x\.y/],
  ["// §4.1 of RFC 8548", /write RFC nnnn §x\.y/],
  ["// RFC 5802 Appendix A", /write RFC nnnn §x\.y/],
  ["// RFC8548 §4.1", /write RFC nnnn §x\.y/],
  ["// RFC 8548, §4.1", /write RFC nnnn §x\.y/],
  ["// RFC 8548 § 4.1", /write RFC nnnn §x\.y/],
];

for (const [text, says] of wrong) {
  test(`reports ${JSON.stringify(text)}`, () => {
    const problems = inSource(text);
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", says);
  });
}

test("reports a citation in Markdown", () => {
  assert.deepEqual(inDocument("# A\n\nSee RFC 8548 §9.9."), ["a.md:3: RFC 8548 has no §9.9"]);
});

const right = [
  "// RFC 8548 §4.1: bytes after Pub_A are ignored.",
  "// See RFC 8548 §3.3, §4.1 and §4.2.",
  "// RFC 5802 §A",
  "// RFC 8548 and RFC 5802 say so.",
  'const text = "RFC 8548 §9.9";',
];

for (const text of right) {
  test(`accepts ${JSON.stringify(text)}`, () => {
    assert.deepEqual(inSource(text), []);
  });
}

test("the list that is kept names sections as numbers or letters with numbers", () => {
  for (const [rfc, listed] of Object.entries(readSections())) {
    assert.match(rfc, /^\d+$/);
    for (const section of listed) assert.match(section, /^(?:\d+|[A-Z])(?:\.\d+)*$/);
  }
});
