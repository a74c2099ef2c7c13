import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfiguration } from "../../src/migrate/configuration-tree.ts";
import { layersOf } from "../../src/migrate/layers.ts";
import { createRemarks } from "../../src/migrate/remark.ts";
import { serverOf } from "./server-of.ts";

/** The layers by what their TKTAuthLoginURL says, in the order in which they are merged. */
function layers(main: string, own: string, accessFile?: string) {
  const remarks = createRemarks();
  const found = layersOf(serverOf(`${main}\n<VirtualHost *:80>\n${own}\n</VirtualHost>`), {
    serverRoot: "/",
    facts: new Map(),
    report: remarks.report,
    accessFiles:
      accessFile === undefined
        ? []
        : [
            {
              folder: ["srv"],
              path: "/srv/.htaccess",
              statements: parseConfiguration(accessFile, "/srv/.htaccess").statements,
              allowed: new Set(["all"]),
            },
          ],
  });
  const names = found.flatMap(({ settings }) => settings.loginUrl?.value ?? []);
  return { names, found, remarks: remarks.all() };
}

const login = (name: string) => `TKTAuthLoginURL ${name}`;
const section = (first: string, name: string, more = "") =>
  `<${first}>\n${login(name)}\n${more}\n</${first.split(" ")[0]}>`;

test("layers come in Apache's order, whatever that of the lines is", () => {
  const main = [
    login("main"),
    section("Location /", "location-main"),
    section("Directory /srv/a", "deep-main"),
  ];
  const own = [
    section('If "true"', "if"),
    section("Location /x", "location", section('If "true"', "if-in-location")),
    section("Files a", "files"),
    section('DirectoryMatch "^/srv"', "match"),
    section("Directory /srv", "folder", section("Files b", "files-in-folder")),
    section("Directory /srv/a", "deep"),
    login("own"),
  ];
  const { names, remarks } = layers(main.join("\n"), own.join("\n"), login("htaccess"));
  assert.deepEqual(remarks, []);
  assert.deepEqual(names, [
    "main",
    "own",
    "folder",
    "htaccess",
    "deep-main",
    "deep",
    "match",
    "files",
    "files-in-folder",
    "location-main",
    "location",
    "if",
    "if-in-location",
  ]);
});

test("of regular expressions of folders, that with more slashes counts", () => {
  const own = [
    section('DirectoryMatch "^/srv/a/b"', "more"),
    section('DirectoryMatch "^/srv/a"', "fewer"),
    section('DirectoryMatch "^/srv/b"', "later"),
  ];
  assert.deepEqual(layers("", own.join("\n")).names, ["fewer", "later", "more"]);
});

test("what stands in Limit holds for all methods, as in the module", () => {
  assert.deepEqual(layers("", section("Location /", "a", section("Limit POST", "b"))).names, ["b"]);
});

test("an If on a method is a layer with a condition", () => {
  const { found } = layers("", section("If \"%{REQUEST_METHOD} == 'POST'\"", "a"));
  assert.deepEqual(found.at(-1)?.conditions, { methods: ["POST"] });
});

test("the last AuthType of a section counts", () => {
  const { found } = layers("AuthType Basic\nAuthType mod_auth_pubtkt", "");
  assert.equal(found[0]?.authType?.value, "mod_auth_pubtkt");
});
