import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Place } from "../../src/policy/place.ts";
import { isPlacePath } from "../../src/policy/place-matchers.ts";
import { createPlaces } from "../../src/policy/places.ts";
import { visitWith } from "../tickets.ts";

const anyVisit = { visit: visitWith(), query: new URLSearchParams() };

interface Named extends Place {
  readonly name: string;
}

function placeAt(text: string): Named {
  return { kind: "path", text, condition: undefined, name: text };
}

function createNamed(places: readonly Named[]) {
  return createPlaces(places, (chain) => chain.map(({ name }) => name));
}

/** Gives the names of the places that hold a path, the outermost first. */
function chainsAmong(...places: readonly Named[]): (path: string) => readonly string[] {
  const { find } = createNamed(places);
  return (path) => {
    const found = find(path, anyVisit);
    return found === "ambiguous" ? [found] : found.policy;
  };
}

/** Gives the innermost alone. */
function finderAmong(...places: readonly Named[]): (path: string) => string {
  const chainOf = chainsAmong(...places);
  return (path) => chainOf(path).at(-1) ?? "";
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
  assert.throws(() => createNamed(of("/a")), { name: "PolicyError", code: "bad-path" });
  assert.throws(() => createNamed([]), { code: "bad-path" });
  assert.throws(() => createNamed(of("/", "/a", "/a")), { code: "repeated-path" });
  assert.throws(() => createNamed(of("/", "/")), { code: "repeated-path" });
  assert.throws(() => createNamed(of("/", "/a", "/A")), { code: "repeated-path" });
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
    assert.throws(() => createNamed([placeAt("/"), placeAt(path)]), { code: "bad-path" });
  }
});

const exact = (text: string): Named => ({
  ...placeAt(text),
  kind: "exactPath",
  name: `= ${text}`,
});
const glob = (text: string): Named => ({
  ...placeAt(text),
  kind: "pattern",
  name: `~ ${text}`,
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
  const posts = { ...placeAt("/a"), condition: () => true, name: "with a condition" };
  const never = { ...placeAt("/a/b"), condition: () => false };
  const found = finderAmong(placeAt("/"), placeAt("/a"), posts, never);
  assert.equal(found("/a/b/c"), "with a condition");
  assert.equal(finderAmong(placeAt("/"), never)("/a/b"), "/");
});

test("holds a path in every place around it, from the outside in", () => {
  const posts = { ...placeAt("/a"), condition: () => true, name: "posts in /a" };
  const chainOf = chainsAmong(
    glob("/**/*.php"),
    placeAt("/a/b"),
    posts,
    placeAt("/a"),
    placeAt("/"),
    exact("/a/b/x.php"),
  );
  assert.deepEqual(chainOf("/"), ["/"]);
  assert.deepEqual(chainOf("/a/c"), ["/", "/a", "posts in /a"]);
  assert.deepEqual(chainOf("/a/b/c.php"), ["/", "/a", "posts in /a", "/a/b", "~ /**/*.php"]);
  assert.deepEqual(chainOf("/a/b/x.php"), ["/", "/a", "posts in /a", "/a/b", "= /a/b/x.php"]);
});

test("takes the exact path / for the page alone", () => {
  const found = finderAmong(placeAt("/"), exact("/"), placeAt("/admin"));
  const expected = {
    "/": "= /",
    "/secret": "/",
    "/admin": "/admin",
    "/x/": "/",
    "/%78": "/",
    "/%61dmin": "ambiguous",
    "//": "ambiguous",
    "/.": "ambiguous",
  };
  for (const [path, place] of Object.entries(expected)) assert.equal(found(path), place, path);
});

test("doubts what two servers in a row would decode twice", () => {
  for (const path of ["/x%252f..%252fadmin", "/x%255c..%255cadmin", "/x/..%253b/admin"]) {
    assert.equal(find(path), "ambiguous", path);
  }
});

const worst = [
  `${"/a".repeat(20)}${";x/..\\%61%252e%2f".repeat(15)}${"a".repeat(3700)}`,
  "/a".repeat(8000),
  `/${"a".repeat(3900)}`,
  `${"/a".repeat(60)}/${"a".repeat(3900)}`,
];

test("takes a bounded time for the worst paths and patterns", () => {
  const patterns = Array.from({ length: 100 }, (_, index) =>
    glob(`/**/*aaa${"*a".repeat(20)}b${index}*`),
  );
  const found = finderAmong(placeAt("/"), ...patterns);
  const start = performance.now();
  for (const path of worst) found(path);
  // It takes some milliseconds; without bounds it took half a minute.
  assert.ok(performance.now() - start < 10_000);
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
