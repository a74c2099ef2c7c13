import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { writeMigration } from "../../src/migrate/write-migration.ts";
import { temporaryFolder } from "../command.ts";

const migration = {
  yaml: "y",
  apache: "a",
  files: [{ path: "/etc/apache2/a.conf", text: "f" }],
  secrets: [{ name: "basic-auth-1.key", text: "0123456789abcdef" }],
  remarks: [],
};

test("writes everything for the owner alone", async () => {
  await using folder = await temporaryFolder();
  const out = join(folder.path, "out");
  const paths = await writeMigration(out, migration);
  const names = ["gateway.yaml", "apache.conf", "basic-auth-1.key", "files/etc/apache2/a.conf"];
  assert.deepEqual(
    paths,
    names.map((name) => join(out, name)),
  );
  for (const path of paths) assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.equal(await readFile(join(out, "basic-auth-1.key"), "utf8"), "0123456789abcdef");
});

test("overwrites nothing", async () => {
  await using folder = await temporaryFolder();
  await writeMigration(folder.path, migration);
  await assert.rejects(writeMigration(folder.path, migration), { code: "file-exists" });
});
