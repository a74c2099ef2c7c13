import assert from "node:assert/strict";
import { test } from "node:test";
import { reportErrorPages } from "../../src/migrate/error-pages.ts";
import type { Glob } from "../../src/migrate/path-globs.ts";
import type { Region } from "../../src/migrate/regions.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { serverOf } from "./server-of.ts";

function region(glob: Glob, authType: string | undefined): Region {
  const at = { file: "f", line: 1 };
  const said = authType === undefined ? undefined : { value: authType, at };
  return { glob, settings: {}, authType: said, conditional: [] };
}

const regions = [
  region(["**"], "mod_auth_pubtkt"),
  region(["open", "**"], "none"),
  region(["open", "members", "**"], "mod_auth_pubtkt"),
];

/** The lines of which something is told. */
const told: Record<string, readonly [lines: string, ...told: number[]]> = {
  "a page in a guarded place": ["ErrorDocument 404 /missing.html", 3],
  "a page with a query": ['ErrorDocument 500 "/error.cgi?code=500"', 3],
  "a page in a section": ["<Location /x>\nErrorDocument 404 /missing.html\n</Location>", 4],
  "a page in the guarded part of an open place": ["ErrorDocument 404 /open/members/x", 3],
  "a page in an open place": ["ErrorDocument 404 /open/missing.html"],
  "a text": ['ErrorDocument 404 "Not here"'],
  "a page elsewhere": ["ErrorDocument 404 https://b.example/missing"],
  "a page that everybody may read": [
    "ErrorDocument 404 /e/404.html\n<Location /e>\nRequire all granted\n</Location>",
  ],
  "a page for which another one is open": [
    "ErrorDocument 404 /404.html\n<Location /500.html>\nRequire all granted\n</Location>",
    3,
  ],
};

for (const [name, [lines, ...expected]] of Object.entries(told)) {
  test(`${expected.length === 0 ? "says nothing of" : "tells of"} ${name}`, () => {
    const server = serverOf(`<VirtualHost *:80>\nServerName a.example\n${lines}\n</VirtualHost>`);
    const remarks = createRemarks();
    reportErrorPages(server, [], regions, remarks.report);
    assert.deepEqual(
      remarks.all().map(({ level, line }) => [level, line]),
      expected.map((line) => ["warning", line]),
    );
  });
}

test("reads .htaccess files as well", () => {
  const server = serverOf("<VirtualHost *:80>\nServerName a.example\n</VirtualHost>");
  const argument = "404 /missing.html";
  const at = { file: "/srv/.htaccess", line: 1, lastLine: 1 };
  const line = { kind: "directive", name: "errordocument", argument, ...at } as const;
  const file = { folder: ["srv"], path: at.file, statements: [line], allowed: new Set(["all"]) };
  const remarks = createRemarks();
  reportErrorPages(server, [file], regions, remarks.report);
  assert.deepEqual(
    remarks.all().map(({ file }) => file),
    [at.file],
  );
});
