import assert from "node:assert/strict";
import { test } from "node:test";
import type { Statement } from "../../src/migrate/configuration-tree.ts";
import { expand } from "../../src/migrate/expansion.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { memoryWorld } from "./memory-world.ts";

function expanded(files: Record<string, string>, defines: Record<string, string> = {}) {
  const remarks = createRemarks();
  const options = { serverRoot: "/etc/apache2", defines: new Map(Object.entries(defines)) };
  const expansion = expand(["/main.conf"], memoryWorld(files), options, remarks.report);
  const lines = expansion.parts.flatMap(({ statements }) => statements.map(shown));
  return { expansion, lines, remarks: remarks.all() };
}

function shown(statement: Statement): string {
  const line = `${statement.name} ${statement.argument}`.trim();
  if (statement.kind === "directive") return line;
  return `<${line}>${statement.children.map(shown).join(";")}`;
}

const texts: Record<string, [main: string, lines: string[], others?: Record<string, string>]> = {
  "an Include below the server's root": [
    "Include a.conf",
    ["listen 80"],
    { "/etc/apache2/a.conf": "Listen 80" },
  ],
  "ServerRoot as it stands": [
    "ServerRoot /srv\nInclude a.conf",
    ["listen 80"],
    { "/srv/a.conf": "Listen 80" },
  ],
  "an Include in a section": [
    "<VirtualHost *>\nInclude a.conf\n</VirtualHost>",
    ["<virtualhost *>listen 80"],
    { "/etc/apache2/a.conf": "Listen 80" },
  ],
  "IncludeOptional of nothing": ["IncludeOptional no.conf\nIncludeOptional no/*.conf\nA", ["a"]],
  "Define and its use": [`Define X 1\nDefine Y \${X}2\nA \${Y} \${Z}`, [`a 12 \${Z}`]],
  UnDefine: [`Define X 1\nUnDefine X\nA \${X}`, [`a \${X}`]],
  "IfDefine after Define": [
    "<IfDefine X>\nA\n</IfDefine>\nDefine X\n<IfDefine X>\nB\n</IfDefine>",
    ["b"],
  ],
  "IfModule after LoadModule": [
    "LoadModule ssl_module m/mod_ssl.so\n<IfModule mod_ssl.c>\nA\n</IfModule>\n<IfModule x.c>\nB\n</IfModule>",
    ["a"],
  ],
  "a macro": [
    "<Macro M $a $b>\n<Location $a>\nX $b\n</Location>\n</Macro>\nUse m /p 7",
    ["<location /p>x 7"],
  ],
  "a macro that nobody made": ["Use M 1", ["use M 1"]],
};

for (const [name, [main, lines, others = {}]] of Object.entries(texts)) {
  test(`reads ${name}`, () => {
    const result = expanded({ "/main.conf": main, ...others });
    assert.deepEqual(result.lines, lines);
    assert.deepEqual(
      result.remarks.filter(({ level }) => level === "error"),
      [],
    );
  });
}

test("knows what the command line defines", () => {
  const { lines } = expanded({ "/main.conf": `<IfDefine X>\nA \${X}\n</IfDefine>` }, { X: "1" });
  assert.deepEqual(lines, ["a 1"]);
});

test("tells of a file that is missing, at the line that names it", () => {
  const { remarks } = expanded({ "/main.conf": "A\nInclude no.conf\nInclude no/*.conf" });
  assert.deepEqual(
    remarks.map(({ level, line }) => [level, line]),
    [
      ["error", 2],
      ["error", 3],
    ],
  );
});

test("tells what it takes to hold", () => {
  const { lines, remarks } = expanded({ "/main.conf": "<IfModule mod_ssl.c>\nA\n</IfModule>" });
  assert.deepEqual(lines, ["a"]);
  assert.deepEqual(
    remarks.map(({ level, line }) => [level, line]),
    [["warning", 1]],
  );
});

const endless: Record<string, Record<string, string>> = {
  "a file that includes itself": { "/main.conf": "Include /main.conf\nInclude /main.conf" },
  "a macro that uses itself": { "/main.conf": "<Macro M>\nUse M\nUse M\n</Macro>\nUse M" },
  "two files that include each other": {
    "/main.conf": "Include /b.conf",
    "/b.conf": "Include /main.conf\nInclude /main.conf",
  },
};

for (const [name, files] of Object.entries(endless)) {
  test(`comes to an end with ${name}`, () => {
    assert.ok(expanded(files).remarks.some(({ level }) => level === "error"));
  });
}

test("keeps where the module is named", () => {
  const main = "LoadModule auth_pubtkt_module m.so\n<IfModule mod_auth_pubtkt.c>\nA\n</IfModule>";
  const { expansion, lines } = expanded({ "/main.conf": main });
  assert.deepEqual(
    expansion.moduleLines.map(({ line }) => line),
    [1, 2],
  );
  assert.deepEqual(lines, []);
});
