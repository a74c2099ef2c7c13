import assert from "node:assert/strict";
import { test } from "node:test";
import { createPlaces, isPlacePath } from "../src/places.ts";
import { createPolicy } from "../src/policy.ts";

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
  "/Admin": "/",
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
};

for (const [path, place] of Object.entries(expected)) {
  test(`finds for ${path}: ${place}`, () => assert.equal(find(path), place));
}

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
