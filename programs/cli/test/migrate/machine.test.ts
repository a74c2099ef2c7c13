import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { machine } from "../../src/migrate/machine.ts";
import { temporaryFolder } from "../command.ts";

test("reads files up to a length, and nothing else", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "a.conf");
  await writeFile(file, "Listen 80");
  assert.equal(machine.readText(file, 9), "Listen 80");
  assert.equal(machine.readText(file, 8), undefined);
  assert.equal(machine.readText(folder.path, 100), undefined);
  assert.equal(machine.readText(join(folder.path, "no"), 100), undefined);
  assert.equal(machine.readText("/dev/zero", 100), undefined);
});

test("lists folders, and follows links", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "sub"));
  await symlink("sub", join(folder.path, "link"));
  await symlink("nowhere", join(folder.path, "broken"));
  const entries = machine.listFolder(folder.path)?.map(({ name, kind }) => `${name}: ${kind}`);
  assert.deepEqual(entries?.sort(), ["broken: other", "link: folder", "sub: folder"]);
  assert.equal(machine.listFolder(join(folder.path, "no")), undefined);
});
