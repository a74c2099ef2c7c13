import assert from "node:assert/strict";
import { test } from "node:test";
import { servedPathOf } from "../src/served-path.ts";

function pathOf(file: string | undefined, folder: string, prefix?: string): string | undefined {
  const params = new Map([["CONTEXT_DOCUMENT_ROOT", folder]]);
  if (file !== undefined) params.set("SCRIPT_FILENAME", file);
  if (prefix !== undefined) params.set("CONTEXT_PREFIX", prefix);
  return servedPathOf(params);
}

const cases: readonly (readonly [string, string | undefined, string, string?])[] = [
  ["/index.html", "/srv/www/index.html", "/srv/www", ""],
  ["/", "/srv/www/", "/srv/www"],
  ["/", "/srv/www/", "/srv/www/"],
  ["/cgi/whoami", "/srv/cgi/whoami", "/srv/cgi/", "/cgi/"],
  ["/docs/a/b", "/usr/share/doc/a/b", "/usr/share/doc", "/docs"],
  ["/a%20b%3B%25/%C3%BC", "/srv/www/a b;%/\u00c3\u00bc", "/srv/www"],
];

for (const [path, ...facts] of cases) {
  test(`finds ${path}`, () => assert.equal(pathOf(...facts), path));
}

test("finds none where Apache serves no file of its own, or does not say", () => {
  assert.equal(pathOf("proxy:http://127.0.0.1/x", "/srv/www"), undefined);
  assert.equal(pathOf("/elsewhere/x", "/srv/www"), undefined);
  assert.equal(pathOf(undefined, "/srv/www"), undefined);
  assert.equal(servedPathOf(new Map([["SCRIPT_FILENAME", "/srv/www/x"]])), undefined);
});
