import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { covers } from "../../src/migrate/path-globs.ts";
import { nameRegexGlobs, pathRegexGlobs } from "../../src/migrate/regex-globs.ts";

const paths: Record<string, readonly string[] | undefined> = {
  "^/admin": ["/admin*/**"],
  "^/admin/": ["/admin/**"],
  "^/(a|b)/": ["/a/**", "/b/**"],
  "\\.php$": ["/**/*.php"],
  "/admin": ["/**/admin*/**"],
  "^/users/[^/]+/photo$": ["/users/*/photo"],
  "^/x$": ["/x"],
  "^/x.*y$": ["/x*/**/*y", "/x*y"],
  "^/.*$": ["/**"],
  "^/v[12]/": ["/v1/**", "/v2/**"],
  "(?i)^/admin": undefined,
  "^/a;b": undefined,
  "^/a//b": undefined,
};

for (const [source, globs] of Object.entries(paths)) {
  test(`says ${source} in globs: ${globs ?? "not at all"}`, () => {
    const found = pathRegexGlobs(source)?.map((glob) => `/${glob.join("/")}`);
    assert.deepEqual(found, globs);
  });
}

const names: Record<string, readonly string[] | undefined> = {
  "\\.(css|js)$": ["*.css", "*.js"],
  "^\\.ht": [".ht*"],
  "^index\\.html$": ["index.html"],
  secret: ["*secret*"],
  "^.*$": ["*"],
  "\\.[a-z]+$": undefined,
};

for (const [source, globs] of Object.entries(names)) {
  test(`says names like ${source}: ${globs ?? "not at all"}`, () => {
    assert.deepEqual(nameRegexGlobs(source), globs);
  });
}

test("a glob holds just the paths that the expression finds, but for a slash at the end", () => {
  const piece = fc.constantFrom("a", "b", "/", ".*", "[^/]+", "(a|b)", "a?", "(/a)?");
  const source = fc
    .tuple(
      fc.constantFrom("^/", "^/a", ""),
      fc.array(piece, { maxLength: 4 }),
      fc.constantFrom("$", ""),
    )
    .map(([start, middle, end]) => start + middle.join("") + end);
  const segments = fc.array(fc.constantFrom("a", "b", "ab", "ba"), { maxLength: 4 });
  fc.assert(
    fc.property(source, segments, (expression, path) => {
      const globs = pathRegexGlobs(expression);
      fc.pre(globs !== undefined);
      const text = `/${path.join("/")}`;
      const expected = new RegExp(expression).test(text);
      const withSlash = new RegExp(expression).test(`${text}/`);
      const isHeld = globs.some((glob) => covers(glob, path));
      assert.ok(isHeld === expected || (isHeld && withSlash), `${expression} ${text}`);
    }),
    { numRuns: 3000 },
  );
});
