import assert from "node:assert/strict";
import { test } from "node:test";
import { accessFilesOf } from "../../src/migrate/access-files.ts";
import { parseConfiguration } from "../../src/migrate/configuration-tree.ts";
import { mappingsOf } from "../../src/migrate/folder-mapping.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { memoryWorld } from "./memory-world.ts";
import { serverOf } from "./server-of.ts";

function found(lines: string, files: Record<string, string>) {
  const server = serverOf(`<VirtualHost *:80>\nDocumentRoot /srv/www\n${lines}\n</VirtualHost>`);
  const remarks = createRemarks();
  const world = memoryWorld(files);
  const accessFiles = accessFilesOf(server, mappingsOf(server, "/", remarks.report), {
    world,
    serverRoot: "/",
    report: remarks.report,
    read: (path) => parseConfiguration(world.readText(path, 1000) ?? "", path).statements,
  });
  return { paths: accessFiles.map(({ path }) => path), remarks: remarks.all() };
}

const allow = (folder: string, words: string) =>
  `<Directory ${folder}>\nAllowOverride ${words}\n</Directory>`;
const one = { "/srv/www/a/.htaccess": "TKTAuthToken a" };

const table: Record<
  string,
  readonly [lines: string, files: Record<string, string>, paths: readonly string[]]
> = {
  "none where nothing is said of it": ["", one, []],
  "those that may count": [allow("/srv", "All"), one, ["/srv/www/a/.htaccess"]],
  "none where a deeper section says so": [
    `${allow("/srv", "All")}\n${allow("/srv/www/a", "None")}`,
    one,
    [],
  ],
  "those in a part of the folders": [
    allow("/srv/www/a", "AuthConfig"),
    one,
    ["/srv/www/a/.htaccess"],
  ],
  "those in folders of any name": [allow("/srv/*/a", "All"), one, ["/srv/www/a/.htaccess"]],
  "those above the site, from the root down": [
    allow("/", "All"),
    { ...one, "/srv/.htaccess": "", "/.htaccess": "" },
    ["/.htaccess", "/srv/.htaccess", "/srv/www/a/.htaccess"],
  ],
  "those by another name": [
    `${allow("/srv", "All")}\nAccessFileName .acl .htaccess`,
    { ...one, "/srv/www/a/.acl": "" },
    ["/srv/www/a/.acl"],
  ],
  "none beside the site": [
    allow("/srv", "All"),
    { "/srv/other/.htaccess": "", "/srv/www/x": "" },
    [],
  ],
};

for (const [name, [lines, files, paths]] of Object.entries(table)) {
  test(`finds .htaccess files: ${name}`, () => {
    assert.deepEqual(found(lines, files), { paths, remarks: [] });
  });
}

test("tells of a file that says more than it may", () => {
  const { remarks } = found(allow("/srv", "FileInfo"), one);
  assert.deepEqual(
    remarks.map(({ level, line }) => [level, line]),
    [["error", 1]],
  );
});

test("tells of a file in a folder that gateway.yaml cannot name", () => {
  const { paths, remarks } = found(allow("/srv", "All"), {
    "/srv/www/a*b/.htaccess": "TKTAuthToken a",
  });
  assert.deepEqual([paths, remarks.map(({ level }) => level)], [[], ["error"]]);
});
