import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  covers,
  type Glob,
  intersect,
  literalStart,
  overlaps,
} from "../../src/migrate/path-globs.ts";

const glob = (text: string): Glob => text.split("/").slice(1);

const covering: Record<string, readonly [outer: string, inner: string, answer: boolean]> = {
  "everything, a place": ["/**", "/a/**", true],
  "a place, itself alone": ["/a/**", "/a", true],
  "one path, what is below": ["/a", "/a/**", false],
  "all styles, those of a place": ["/**/*.css", "/a/**/x.css", true],
  "one folder's files, deeper ones": ["/a/*", "/a/b/c", false],
  "names that start so, one of them": ["/ad*/**", "/admin/x", true],
  "a file and its path info": ["/**/x.php/***", "/a/x.php/b", true],
};

for (const [name, [outer, inner, answer]] of Object.entries(covering)) {
  test(`says whether ${outer} covers ${inner}: ${name}`, () => {
    assert.equal(covers(glob(outer), glob(inner)), answer);
  });
}

const common: Record<string, readonly [a: string, b: string, both: readonly string[]]> = {
  "a pattern in a place": ["/**/*.css", "/a/**", ["/a/**/*.css"]],
  "a place in a place": ["/a/**", "/a/b/**", ["/a/b/**"]],
  "places apart": ["/a/**", "/b/**", []],
  "beginnings and ends": ["/**/a*", "/**/*.css", ["/**/a*.css"]],
  "a file with two names": ["/**/a*/***", "/**/*.php/***", ["/**/a*.php/***"]],
  "files without a name in common": ["/**/*.secret/***", "/**/*.php/***", []],
  "a file below a pattern": ["/ad*/**", "/**/x.css/***", ["/ad*/**/x.css/**"]],
};

for (const [name, [a, b, both]] of Object.entries(common)) {
  test(`finds what ${a} and ${b} have in common: ${name}`, () => {
    assert.deepEqual(intersect(glob(a), glob(b)), both.map(glob));
  });
}

test("knows where a glob begins", () => {
  assert.deepEqual(literalStart(glob("/a/b/*.c/**")), ["a", "b"]);
});

const segment = fc.constantFrom("a", "b", "ab", "ba", "aa");
const path = fc.array(segment, { maxLength: 4 });
const anyGlob = fc.array(fc.oneof(segment, fc.constantFrom("*a", "a*", "*b*", "**")), {
  maxLength: 4,
});

test("what a glob covers, it holds", () => {
  fc.assert(
    fc.property(anyGlob, anyGlob, path, (outer, inner, one) => {
      fc.pre(covers(outer, inner) && covers(inner, one));
      assert.ok(covers(outer, one));
    }),
    { maxSkipsPerRun: 1000 },
  );
});

test("a path is in what two globs have in common just if both hold it", () => {
  fc.assert(
    fc.property(anyGlob, anyGlob, path, (a, b, one) => {
      const both = intersect(a, b) ?? [];
      const isInBoth = covers(a, one) && covers(b, one);
      assert.equal(
        both.some((each) => covers(each, one)),
        isInBoth,
      );
      if (isInBoth) assert.ok(overlaps(a, b));
    }),
    { numRuns: 2000 },
  );
});

test("globs overlap just if they have something in common", () => {
  fc.assert(
    fc.property(anyGlob, anyGlob, (a, b) => {
      assert.equal(overlaps(a, b), intersect(a, b)?.length !== 0);
    }),
  );
});

test("globs of any length are compared in time", () => {
  const long = Array.from({ length: 900 }, (_, index) => (index % 2 === 0 ? "**" : "a*"));
  assert.equal(covers(long, long), true);
  assert.equal(intersect(long, long), undefined);
  assert.equal(covers([...long, ...long], [...long, ...long]), false);
});
