import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { wrongWithLog, wrongWithNewFile, wrongWithSocket } from "../src/outside-folders.ts";
import { temporaryFolder } from "./command.ts";

// Nothing is forbidden to root, so that this file's process becomes nobody for good.
if (process.getuid?.() === 0) {
  process.setgid?.(65534);
  process.setuid?.(65534);
}

const readOnly = /^a path in a folder that this user can write to/;

test("a new file needs a folder that is there and can be written to", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "new");
  assert.equal(await wrongWithNewFile(path), undefined);
  assert.match(
    (await wrongWithNewFile(join(path, "new"))) ?? "",
    /a folder that exists: make .*new/,
  );
  await writeFile(path, "");
  assert.match(
    (await wrongWithNewFile(join(path, "new"))) ?? "",
    /a folder that exists: make .*new/,
  );
  await chmod(folder.path, 0o500);
  assert.match((await wrongWithNewFile(path)) ?? "", readOnly);
  await chmod(folder.path, 0o700);
});

test("a log may be there already, and then it is written on", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "audit.log");
  assert.equal(await wrongWithLog(path), undefined);
  await writeFile(path, "");
  await chmod(folder.path, 0o500);
  assert.equal(await wrongWithLog(path), undefined);
  await chmod(path, 0o400);
  assert.equal(await wrongWithLog(path), "a file that this user can write to");
  assert.equal(await wrongWithLog(folder.path), "a file that this user can write to");
  assert.match((await wrongWithLog(join(folder.path, "new"))) ?? "", readOnly);
  await chmod(folder.path, 0o700);
});

test("a socket's path starts at the folder of the settings; TCP needs no folder", async () => {
  await using folder = await temporaryFolder();
  const at = (path: string) => wrongWithSocket({ kind: "unix", path }, folder.path);
  assert.equal(await at("a.sock"), undefined);
  assert.match((await at("no/a.sock")) ?? "", /make .*\/no first/);
  await chmod(folder.path, 0o500);
  assert.match((await at("a.sock")) ?? "", readOnly);
  await chmod(folder.path, 0o700);
  const tcp = { kind: "tcp", host: "127.0.0.1", port: 1 } as const;
  assert.equal(await wrongWithSocket(tcp, folder.path), undefined);
});
