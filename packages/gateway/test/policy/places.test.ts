import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlaces, isPlacePath } from "../../src/policy/places.ts";
import { createPolicy } from "../../src/policy/policy.ts";

const policy = createPolicy("https://wiki.example.com", {});
const places = createPlaces(
  ["/admin", "/", "/admin/logs", "/größe", "/my files"].map((path) => ({ path, policy })),
);

function find(path: string): string {
  const place = places.find(path);
  return place === "ambiguous" ? place : place.path;
}

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
  const only = createPlaces(["/", "/Admin", "/Admin/logs"].map((path) => ({ path, policy })));
  const found = (path: string) => {
    const place = only.find(path);
    return place === "ambiguous" ? place : place.path;
  };
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
  const one = { path: "/", policy };
  assert.equal(createPlaces([one]).find("/x/..%2fadmin"), one);
});

test("refuses a list without / or with a path twice", () => {
  const of = (...paths: string[]) => paths.map((path) => ({ path, policy }));
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
    assert.throws(
      () =>
        createPlaces([
          { path: "/", policy },
          { path, policy },
        ]),
      { code: "bad-path" },
    );
  }
});
