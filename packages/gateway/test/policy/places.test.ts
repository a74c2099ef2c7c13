import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createPlaces, isPlacePath, type Place } from "../../src/policy/places.ts";
import { visitWith } from "../tickets.ts";

const anyVisit = { visit: visitWith(), query: new URLSearchParams() };

function placeAt(text: string): Place<string> {
  return { kind: "path", text, condition: undefined, rules: text };
}

function finderAmong(...places: readonly Place<string>[]): (path: string) => string {
  const { find } = createPlaces(places);
  return (path) => {
    const place = find(path, anyVisit);
    return place === "ambiguous" ? place : place.rules;
  };
}

const find = finderAmong(...["/admin", "/", "/admin/logs", "/größe", "/my files"].map(placeAt));

const expected = {
  "/": "/",
  "/page": "/",
  "/admin": "/admin",
  "/admin/": "/admin",
  "/admin/users": "/admin",
  "/administrator": "/",
  "/admin/logs": "/admin/logs",
  "/admin/logs/1": "/admin/logs",
  "/admin/logsheet": "/admin",
  "/page/Admin": "/",
  "/a%20b": "/",
  "/gr%C3%B6%C3%9Fe": "/größe",
  "/my%20files/a": "/my files",
  "/page;jsessionid=1": "/",
  "/admin/page;jsessionid=1": "/admin",
  "/a%2Fb": "/",
  "/admin/a%2Fb": "/admin",
  "/%61dmin": "ambiguous",
  "/x/../admin": "ambiguous",
  "/admin/../x": "ambiguous",
  "//admin": "ambiguous",
  "/admin%2f..%2fpublic": "ambiguous",
  "/public%2f..%2fadmin": "ambiguous",
  "/admin;x": "ambiguous",
  "/admin/logs%2f..": "ambiguous",
  "/admin/lo%67s": "ambiguous",
  "/Admin": "ambiguous",
  "/ADMIN/users": "ambiguous",
  "/%41dmin": "ambiguous",
  "/admin/Users": "/admin",
  "/admin/LOGS": "ambiguous",
  "/GR%C3%96%C3%9FE": "ambiguous",
  "/gro%CC%88%C3%9Fe": "ambiguous",
  "/gr%C3%B6sse": "ambiguous",
};

for (const [path, place] of Object.entries(expected)) {
  test(`finds for ${path}: ${place}`, () => assert.equal(find(path), place));
}

test("finds a place that is written in capitals, and doubts where others are asked for", () => {
  const found = finderAmong(...["/", "/Admin", "/Admin/logs"].map(placeAt));
  assert.equal(found("/Admin/x"), "/Admin");
  assert.equal(found("/Admin/logs"), "/Admin/logs");
  assert.equal(found("/admin"), "ambiguous");
  assert.equal(found("/page"), "/");
});

test("doubts a path with more turns than anybody writes, however many places there are", () => {
  const turns = "/%25;\\".repeat(32);
  assert.equal(find(turns), "/");
  assert.equal(find(`${turns};`), "ambiguous");
  assert.equal(find("/a".repeat(4_000)), "/");
});

test("has no doubt where there is one place", () => {
  assert.equal(finderAmong(placeAt("/"))("/x/..%2fadmin"), "/");
});

test("refuses a list without / or with a path twice", () => {
  const of = (...paths: string[]) => paths.map(placeAt);
  assert.throws(() => createPlaces(of("/a")), { name: "PolicyError", code: "bad-path" });
  assert.throws(() => createPlaces([]), { code: "bad-path" });
  assert.throws(() => createPlaces(of("/", "/a", "/a")), { code: "repeated-path" });
  assert.throws(() => createPlaces(of("/", "/")), { code: "repeated-path" });
  assert.throws(() => createPlaces(of("/", "/a", "/A")), { code: "repeated-path" });
});

test("refuses paths that no server would leave as they are", () => {
  for (const path of [
    "",
    "a",
    "/a/",
    "//a",
    "/a/../b",
    "/a?b",
    "/a#b",
    "/a%20b",
    "/a;b",
    "/a\\b",
    "/a\n",
  ]) {
    assert.equal(isPlacePath(path), false, path);
    assert.throws(() => createPlaces([placeAt("/"), placeAt(path)]), { code: "bad-path" });
  }
});

const exact = (text: string): Place<string> => ({
  ...placeAt(text),
  kind: "exactPath",
  rules: `= ${text}`,
});
const glob = (text: string): Place<string> => ({
  ...placeAt(text),
  kind: "pattern",
  rules: `~ ${text}`,
});

const byKind = {
  "/": "/",
  "/status": "= /status",
  "/status/": "ambiguous",
  "/status/x": "/",
  "/Status": "ambiguous",
  "/users/ada/photo": "~ /users/*/photo",
  "/users/ada/photo/": "ambiguous",
  "/users/ada/photos": "/users",
  "/users//photo": "/users",
  "/users/ada/PHOTO": "ambiguous",
  "/users/a%2Fb/photo": "ambiguous",
  "/a/b/c.php": "~ /**/*.php",
  "/c.php": "~ /**/*.php",
  "/users/c.php": "~ /**/*.php",
  "/users/root": "= /users/root",
};

const findByKind = finderAmong(
  placeAt("/"),
  placeAt("/users"),
  glob("/users/*/photo"),
  glob("/**/*.php"),
  exact("/status"),
  exact("/users/root"),
);

for (const [path, place] of Object.entries(byKind)) {
  test(`finds for ${path} among places of every kind: ${place}`, () => {
    assert.equal(findByKind(path), place);
  });
}

test("passes a place over whose condition does not hold, and prefers one whose condition does", () => {
  const posts = { ...placeAt("/a"), condition: () => true, rules: "with a condition" };
  const never = { ...placeAt("/a/b"), condition: () => false };
  const found = finderAmong(placeAt("/"), placeAt("/a"), posts, never);
  assert.equal(found("/a/b/c"), "with a condition");
  assert.equal(finderAmong(placeAt("/"), never)("/a/b"), "/");
});

test("finds the same place for a plain path whether it cuts the path into segments or not", () => {
  const paths = ["/", "/a", "/a/b", "/ab", "/A/c"].map(placeAt);
  const whole = finderAmong(...paths);
  // A pattern that matches nothing here makes all paths go by segments.
  const cut = finderAmong(...paths, glob("/none/*/none"));
  const segment = fc.constantFrom("a", "b", "ab", "A", "c", "", "B");
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((all) => `/${all.join("/")}`);
  fc.assert(
    fc.property(path, (text) => {
      fc.pre(!text.endsWith("/"));
      assert.equal(whole(text), cut(text));
    }),
  );
});
