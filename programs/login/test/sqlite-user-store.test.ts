import assert from "node:assert/strict";
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openSqliteUserStore, openUserDatabase } from "../src/sqlite-user-store.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { userStoreContract } from "./user-store-contract.ts";

userStoreContract("SQLite", (context) =>
  openSqliteUserStore(join(temporaryFolder(context), "login.db")),
);

const bob = {
  name: "bob",
  passwordHash: "x",
  tokens: [],
  disabled: false,
  lifetimeSeconds: undefined,
  graceSeconds: undefined,
  passwordChangedAt: 1,
};

test("the file and its journal are for their owner alone", async (context) => {
  const path = join(temporaryFolder(context), "login.db");
  const store = openSqliteUserStore(path);
  await store.insert("bob", bob);
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  }
  await store.close();
});

test("refuses a file that others can read", (context) => {
  const path = join(temporaryFolder(context), "login.db");
  writeFileSync(path, "");
  chmodSync(path, 0o644);
  assert.throws(() => openSqliteUserStore(path), { code: "unsafe-file-mode" });
});

test("writes durably: write-ahead log, synced at every commit; schema version 1", (context) => {
  // SQLite keeps `synchronous` with the connection, not in the file: this is the store's own.
  const database = openUserDatabase(join(temporaryFolder(context), "login.db"));
  const full = 2;
  assert.equal(database.prepare("pragma synchronous").get()?.synchronous, full);
  assert.equal(database.prepare("pragma journal_mode").get()?.journal_mode, "wal");
  assert.equal(database.prepare("pragma user_version").get()?.user_version, 1);
  database.close();
});

test("what one process writes, another that has it open reads", async (context) => {
  const path = join(temporaryFolder(context), "login.db");
  const [server, command] = [openSqliteUserStore(path), openSqliteUserStore(path)];
  await command.insert("bob", bob);
  assert.equal((await server.find("bob"))?.name, "bob");
  await Promise.all([server.close(), command.close()]);
});

test("refuses a database of a newer version, and one that is none", (context) => {
  const folder = temporaryFolder(context);
  const newer = join(folder, "newer.db");
  const database = new DatabaseSync(newer);
  database.exec("pragma user_version = 99");
  database.close();
  chmodSync(newer, 0o600);
  assert.throws(() => openSqliteUserStore(newer), { code: "newer-database" });

  const noise = join(folder, "noise.db");
  writeFileSync(noise, "this is no database ".repeat(100), { mode: 0o600 });
  assert.throws(() => openSqliteUserStore(noise), { code: "database-failed" });
  assert.throws(() => openSqliteUserStore(join(folder, "missing/login.db")), {
    code: "database-failed",
  });
});
