import assert from "node:assert/strict";
import { test } from "node:test";
import { type Holding, holds } from "../../src/migrate/conditions-read-first.ts";

const facts = {
  variables: new Map([["TEST", ""]]),
  modules: new Set(["ssl_module", "mod_ssl.c"]),
  fileExists: (path: string) => path === "/there",
};

const table: Record<string, Holding | undefined> = {
  "ifdefine TEST": true,
  "ifdefine !TEST": false,
  "ifdefine OTHER": false,
  "ifmodule mod_ssl.c": true,
  "ifmodule ssl_module": true,
  "ifmodule !mod_ssl.c": false,
  "ifmodule mod_rewrite.c": false,
  "ifmodule core.c": true,
  "iffile /there": true,
  'iffile "/not there"': false,
  "ifversion >= 2.4": true,
  "ifversion < 2.4": false,
  "ifversion > 2.4.71": false,
  "ifversion 2.4.71": true,
  "ifversion !>= 2.5": true,
  "ifversion ~ ^2": "assumed",
  "ifdirective Require": "assumed",
  "location /": undefined,
};

for (const [line, expected] of Object.entries(table)) {
  test(`<${line}> holds: ${expected}`, () => {
    const [name = "", ...rest] = line.split(" ");
    assert.equal(holds(name, rest.join(" "), facts), expected);
  });
}

test("without any LoadModule, modules are taken to be there", () => {
  const without = { ...facts, modules: new Set<string>() };
  assert.equal(holds("ifmodule", "mod_ssl.c", without), "assumed");
  assert.equal(holds("ifmodule", "!mod_ssl.c", without), "assumed-not");
  assert.equal(holds("ifmodule", "!mod_auth_pubtkt.c", without), false);
});
