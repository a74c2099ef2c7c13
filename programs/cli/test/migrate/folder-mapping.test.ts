import assert from "node:assert/strict";
import { test } from "node:test";
import { mappingAt, mappingsOf } from "../../src/migrate/folder-mapping.ts";
import { segmentsOf } from "../../src/migrate/path-globs.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { serverOf } from "./server-of.ts";

function mapped(main: string, own: string, path: string) {
  const server = serverOf(`${main}\n<VirtualHost *:80>\n${own}\n</VirtualHost>`);
  const mappings = mappingsOf(server, "/etc/apache2", () => {});
  const found = mappingAt(mappings, segmentsOf(path));
  return found.folder === undefined ? undefined : `/${found.folder.join("/")}`;
}

const table: Record<
  string,
  readonly [main: string, own: string, path: string, folder: string | undefined]
> = {
  "the main server's DocumentRoot": ["DocumentRoot /m", "", "/a", "/m"],
  "its own DocumentRoot": ["DocumentRoot /m", "DocumentRoot /o", "/a", "/o"],
  "a relative one": ["DocumentRoot htdocs", "", "/", "/etc/apache2/htdocs"],
  none: ["", "", "/", undefined],
  "an alias": ["", "DocumentRoot /o\nAlias /x /y", "/x/z", "/y"],
  "a path beside an alias": ["", "DocumentRoot /o\nAlias /x /y", "/xz", "/o"],
  "the first alias that fits": ["", "Alias /x /y\nAlias /x/z /w", "/x/z", "/y"],
  "its own alias before the main one": ["Alias /x /m", "Alias /x /o", "/x", "/o"],
  "a ScriptAlias": ["", "ScriptAlias /cgi/ /c/", "/cgi/a", "/c"],
  "a proxied path": ["", "DocumentRoot /o\nProxyPass /p http://b/", "/p/a", undefined],
  "a path that is not proxied": [
    "",
    "DocumentRoot /o\nProxyPass /s !\nProxyPass / http://b/",
    "/s/a",
    "/o/s",
  ],
  "a proxied Location": [
    "",
    "DocumentRoot /o\n<Location /p>\nProxyPass http://b/\n</Location>",
    "/p",
    undefined,
  ],
  "a Location with an alias": ["", "<Location /p>\nAlias /q\n</Location>", "/p/a", "/q"],
};

for (const [name, [main, own, path, folder]] of Object.entries(table)) {
  test(`follows a path to its folder: ${name}`, () => {
    assert.equal(mapped(main, own, path), folder);
  });
}

test("tells of lines that it does not follow", () => {
  const remarks = createRemarks();
  const server = serverOf("<VirtualHost *:80>\nRewriteRule ^a b\nUserDir public\n</VirtualHost>");
  mappingsOf(server, "/", remarks.report);
  assert.deepEqual(
    remarks.all().map(({ level, line }) => [level, line]),
    [
      ["warning", 2],
      ["warning", 3],
    ],
  );
});
