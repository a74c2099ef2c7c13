import { closeSync, openSync, statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { LoginError } from "./login-error.ts";
import type { StoredUser, User, UserChanges, UserStore } from "./user.ts";

/** Each entry takes the schema one version on; `user_version` counts those that have run. */
const migrations = [
  `create table users (
     key text primary key,
     name text not null,
     password_hash text not null,
     tokens text not null,
     disabled integer not null,
     lifetime_seconds integer,
     grace_seconds integer,
     password_changed_at integer not null
   ) strict, without rowid`,
] as const;

// A command-line change and the running server may write at the same moment.
const busyTimeoutMilliseconds = 5000;

/**
 * Opens users in SQLite, and creates the file (mode 0600) if it is missing.
 *
 * @throws {LoginError} `database-failed`, `newer-database` or `unsafe-file-mode`.
 */
export function openSqliteUserStore(path: string): UserStore {
  return userStore(openUserDatabase(path), path);
}

/**
 * The connection of such a store: durable, and with the schema of this version.
 *
 * @throws {LoginError} as {@link openSqliteUserStore}.
 */
export function openUserDatabase(path: string): DatabaseSync {
  makePrivate(path);
  const database = attempt(
    () => new DatabaseSync(path, { timeout: busyTimeoutMilliseconds }),
    path,
  );
  try {
    attempt(() => prepareSchema(database, path), path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite gives its -wal and -shm files the mode of the database. */
function makePrivate(path: string): void {
  const mode = attempt(() => {
    closeSync(openSync(path, "a", 0o600));
    return statSync(path).mode;
  }, path);
  if ((mode & 0o077) !== 0) throw new LoginError("unsafe-file-mode", path);
}

function prepareSchema(database: DatabaseSync, path: string): void {
  // FULL: a password change that was acknowledged survives a power cut.
  database.exec("pragma journal_mode = wal; pragma synchronous = full");
  database.exec("begin immediate");
  const version = Number(database.prepare("pragma user_version").get()?.user_version);
  if (version > migrations.length) throw new LoginError("newer-database", path);
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.exec(`pragma user_version = ${migrations.length}; commit`);
}

const columns: Record<keyof UserChanges, string> = {
  passwordHash: "password_hash",
  tokens: "tokens",
  disabled: "disabled",
  lifetimeSeconds: "lifetime_seconds",
  graceSeconds: "grace_seconds",
  passwordChangedAt: "password_changed_at",
};

function userStore(database: DatabaseSync, path: string): UserStore {
  const names = ["key", "name", ...Object.values(columns)];
  const select = database.prepare("select * from users where key = ?");
  const all = database.prepare("select * from users order by key");
  const insert = database.prepare(
    `insert into users (${names.join(", ")}) values (${names.map(() => "?").join(", ")})
     on conflict do nothing`,
  );
  const remove = database.prepare("delete from users where key = ?");
  const run = async <T>(task: () => T): Promise<T> => attempt(task, path);

  return {
    find: (key) => run(() => storedUser(select.get(key))),
    list: () => run(() => all.all().map((row) => withoutHash(storedUser(row)))),
    insert: (key, { name, ...rest }) =>
      run(() => insert.run(key, name, ...cells(rest).values()).changes === 1),
    update: (key, changes) =>
      run(() => {
        const changed = cells(changes);
        // The names come from the table of columns above, never from outside.
        const assignments = [...changed.keys()].map((column) => `${column} = ?`).join(", ");
        if (assignments === "") return select.get(key) !== undefined;
        const update = database.prepare(`update users set ${assignments} where key = ?`);
        return update.run(...changed.values(), key).changes === 1;
      }),
    remove: (key) => run(() => remove.run(key).changes === 1),
    close: () => run(() => database.close()),
  };
}

type Row = Record<string, unknown>;

function storedUser(row: Row): StoredUser;
function storedUser(row: Row | undefined): StoredUser | undefined;
function storedUser(row: Row | undefined): StoredUser | undefined {
  if (row === undefined) return undefined;
  const tokens = String(row.tokens);
  return {
    name: String(row.name),
    passwordHash: String(row.password_hash),
    tokens: tokens === "" ? [] : tokens.split(","),
    disabled: row.disabled !== 0,
    lifetimeSeconds: row.lifetime_seconds === null ? undefined : Number(row.lifetime_seconds),
    graceSeconds: row.grace_seconds === null ? undefined : Number(row.grace_seconds),
    passwordChangedAt: Number(row.password_changed_at),
  };
}

function withoutHash({ passwordHash: _, ...user }: StoredUser): User {
  return user;
}

/** Column and value of each member that `changes` has, in the order of {@link columns}. */
function cells(changes: UserChanges): Map<string, SQLInputValue> {
  const found = new Map<string, SQLInputValue>();
  for (const [member, column] of Object.entries(columns)) {
    if (member in changes) found.set(column, cell(changes[member as keyof UserChanges]));
  }
  return found;
}

function cell(value: UserChanges[keyof UserChanges]): SQLInputValue {
  if (value === undefined) return null;
  if (typeof value === "boolean") return Number(value);
  return typeof value === "object" ? value.join(",") : value;
}

function attempt<T>(task: () => T, path: string): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof LoginError) throw error;
    throw new LoginError("database-failed", path, { cause: error });
  }
}
