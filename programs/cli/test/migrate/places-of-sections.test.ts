import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfiguration, type Section } from "../../src/migrate/configuration-tree.ts";
import { everywhere, scopeOf, scopeOfFiles } from "../../src/migrate/places-of-sections.ts";

function section(first: string): Section {
  const [found] = parseConfiguration(`${first}\n`, "f").statements;
  if (found?.kind !== "section") throw new Error(`${first} is no section`);
  return found;
}

const places: Record<string, readonly [of: string, ...globs: string[]] | undefined> = {
  "<Location />": ["addresses", "/**"],
  '<Location "/a/b">': ["addresses", "/a/b/**"],
  "<Location /a/>": ["addresses", "/a/**"],
  "<Location /a*>": ["addresses", "/a*"],
  "<Location ~ ^/a$>": ["addresses", "/a"],
  '<LocationMatch "\\.php$">': ["addresses", "/**/*.php"],
  "<Directory /srv/a/>": ["files", "/srv/a/**"],
  "<Directory htdocs>": ["files", "/root/htdocs/**"],
  "<Directory /srv/*/b>": ["files", "/srv/*/b/**"],
  "<DirectoryMatch ^/srv/(a|b)/>": ["files", "/srv/a/**", "/srv/b/**"],
  "<Location /a?>": undefined,
  "<Location /[ab]>": undefined,
  "<Location a>": undefined,
  "<Location /a%20b>": undefined,
  "<LocationMatch a.b>": undefined,
};

for (const [first, expected] of Object.entries(places)) {
  test(`says where ${first} counts`, () => {
    const scope = scopeOf(section(first), "/root");
    const found = scope && [scope.of, ...scope.globs.map((glob) => `/${glob.join("/")}`)];
    assert.deepEqual(found, expected);
  });
}

const inSrv = { of: "files", globs: [["srv", "**"]] } as const;

test("files are looked for in every folder, or in that of the section around them", () => {
  assert.deepEqual(scopeOfFiles(section("<Files *.css>"), everywhere)?.globs, [
    ["**", "*.css", "***"],
  ]);
  assert.deepEqual(scopeOfFiles(section('<FilesMatch "^a">'), inSrv)?.globs, [
    ["srv", "**", "a*", "***"],
  ]);
});

test("files are not looked for where no folder is known", () => {
  assert.equal(
    scopeOfFiles(section("<Files a>"), { of: "addresses", globs: [["a", "**"]] }),
    undefined,
  );
  assert.equal(scopeOfFiles(section("<Files a>"), { of: "files", globs: [["a"]] }), undefined);
  assert.equal(scopeOfFiles(section("<Files a?>"), everywhere), undefined);
});
