import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { copyExample, fillIn } from "../configuration.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("fills every placeholder in, and nothing else between at signs", () => {
  const text = "Listen @HOST@:@PORT@; mail ada@example.com, @not_a_name@";
  const filled = fillIn(text, { HOST: "localhost", PORT: "80" }, "x.conf");
  assert.equal(filled, "Listen localhost:80; mail ada@example.com, @not_a_name@");
});

test("refuses a placeholder without a value, naming it and the file", () => {
  assert.throws(() => fillIn("@PORT@ @ROOT@", { PORT: "80" }, "x.conf"), /x\.conf.*@ROOT@/);
  assert.throws(() => fillIn("@CONSTRUCTOR@", {}, "x.conf"), /@CONSTRUCTOR@/);
});

test("copies an example with its folders, and its programs can be run by everybody", (t) => {
  const folder = temporaryFolder(t);
  const name = (placeholder: string) => [placeholder, placeholder.toLowerCase()] as const;
  const values = ["ROOT", "HOST", "PORT", "LOGIN_URL", "LOGIN_ORIGIN", "PUBLIC_KEY"].map(name);
  copyExample("apache-pubtkt", folder, Object.fromEntries(values));
  assert.match(readFileSync(join(folder, "httpd.conf"), "utf8"), /^ServerRoot "root"$/m);
  assert.deepEqual(readdirSync(join(folder, "cgi")), ["whoami"]);
  assert.equal(statSync(join(folder, "cgi", "whoami")).mode & 0o777, 0o755);
  assert.equal(statSync(join(folder, "httpd.conf")).mode & 0o777, 0o644);
});
