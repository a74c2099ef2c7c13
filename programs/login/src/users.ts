import type { EpochSeconds } from "@countersign/ticket";
import { createPasswordQueue } from "./password-queue.ts";
import { createPasswords, isAcceptablePassword, type Passwords } from "./passwords.ts";
import { openSqliteUserStore } from "./sqlite-user-store.ts";
import type { User, UserChanges, UserStore } from "./user.ts";
import { parseUserName } from "./user-name.ts";
import { parseTokens } from "./user-tokens.ts";

/** Why a change to the users is refused. */
export type UserRefusal =
  | "bad-name"
  | "bad-password"
  | "bad-token"
  | "bad-times"
  | "name-taken"
  | "no-such-user";

/** Each refusal in words for the administrator. */
export const userRefusalTexts: Record<UserRefusal, string> = {
  "bad-name": "a name has 1 to 64 bytes: letters, digits and . _ + - ' and at most one @ inside",
  "bad-password": "a password has at least 8 characters and at most 1024 bytes",
  "bad-token":
    "a token has 1 to 64 letters, digits or . _ : @ / + -, and all tokens together at most 255 bytes",
  "bad-times": "a ticket lives 60 seconds to 366 days, and its grace period at most half of that",
  "name-taken": "there is already a user of that name (case does not distinguish users)",
  "no-such-user": "there is no user of that name",
};

/** The user after a change, or why there was none. */
export type UserChange =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly refusal: UserRefusal };

/** What an administrator may say about a user, beside name and password. */
export interface UserOptions {
  readonly tokens?: readonly string[];
  readonly disabled?: boolean;
  /** `undefined` gives the settings' default back. */
  readonly lifetimeSeconds?: number | undefined;
  readonly graceSeconds?: number | undefined;
}

/** Administers the login server's own users, also while the server runs. */
export interface Users {
  add(name: string, password: string, options?: UserOptions): Promise<UserChange>;
  setPassword(name: string, password: string): Promise<UserChange>;
  change(name: string, options: UserOptions): Promise<UserChange>;
  /** Gives the user as it was. */
  remove(name: string): Promise<UserChange>;
  find(name: string): Promise<User | undefined>;
  list(): Promise<readonly User[]>;
  close(): Promise<void>;
}

/**
 * Opens the users of a database file, which is created if it is missing.
 *
 * @throws {LoginError} `database-failed`, `newer-database` or `unsafe-file-mode`.
 */
export function openUsers(path: string, now: () => EpochSeconds = wallClock): Users {
  const queue = createPasswordQueue({ running: 2, waiting: 1000 });
  return administer(openSqliteUserStore(path), createPasswords(queue), now);
}

/** Administers the users of any store. */
export function administer(store: UserStore, passwords: Passwords, now: () => EpochSeconds): Users {
  async function found(key: string): Promise<UserChange> {
    const stored = await store.find(key);
    if (stored === undefined) return refuse("no-such-user");
    const { passwordHash: _, ...user } = stored;
    return { ok: true, user };
  }

  async function update(name: string, changes: UserChanges): Promise<UserChange> {
    const parsed = parseUserName(name);
    if (parsed === undefined) return refuse("no-such-user");
    await store.update(parsed.key, changes);
    return found(parsed.key);
  }

  async function find(name: string): Promise<User | undefined> {
    const key = parseUserName(name)?.key;
    const answer = key === undefined ? refuse("no-such-user") : await found(key);
    return answer.ok ? answer.user : undefined;
  }

  return {
    async add(name, password, options = {}) {
      const parsed = parseUserName(name);
      if (parsed === undefined) return refuse("bad-name");
      if (!isAcceptablePassword(password)) return refuse("bad-password");
      const changes = parseOptions(options);
      if (typeof changes === "string") return refuse(changes);
      const inserted = await store.insert(parsed.key, {
        ...unremarkable,
        ...changes,
        name: parsed.spelling,
        passwordHash: await passwords.hash(password),
        passwordChangedAt: now(),
      });
      return inserted ? found(parsed.key) : refuse("name-taken");
    },
    async setPassword(name, password) {
      if (!isAcceptablePassword(password)) return refuse("bad-password");
      const passwordHash = await passwords.hash(password);
      const before = await find(name);
      // Two changes in one second are two moments, so that tickets from between them are outdated.
      const passwordChangedAt = Math.max(now(), (before?.passwordChangedAt ?? 0) + 1);
      return update(name, { passwordHash, passwordChangedAt });
    },
    async change(name, options) {
      const changes = parseOptions(options);
      return typeof changes === "string" ? refuse(changes) : update(name, changes);
    },
    async remove(name) {
      const key = parseUserName(name)?.key;
      if (key === undefined) return refuse("no-such-user");
      const before = await found(key);
      return (await store.remove(key)) ? before : refuse("no-such-user");
    },
    find,
    list: () => store.list(),
    close: () => store.close(),
  };
}

const unremarkable = {
  tokens: [],
  disabled: false,
  lifetimeSeconds: undefined,
  graceSeconds: undefined,
} satisfies UserChanges;

function refuse(refusal: UserRefusal): UserChange {
  return { ok: false, refusal };
}

function parseOptions(options: UserOptions): UserChanges | UserRefusal {
  const { tokens: words, ...rest } = options;
  if (!areTimes(options)) return "bad-times";
  if (words === undefined) return rest;
  const tokens = parseTokens(words);
  return tokens === undefined ? "bad-token" : { ...rest, tokens };
}

function areTimes({ lifetimeSeconds, graceSeconds }: UserOptions): boolean {
  const lifetime = lifetimeSeconds ?? maxLifetimeSeconds;
  return (
    Number.isInteger(lifetime) &&
    lifetime >= 60 &&
    lifetime <= maxLifetimeSeconds &&
    Number.isInteger(graceSeconds ?? 0) &&
    (graceSeconds ?? 0) >= 0 &&
    (graceSeconds ?? 0) <= lifetime / 2
  );
}

const maxLifetimeSeconds = 366 * 24 * 60 * 60;

function wallClock(): EpochSeconds {
  return Math.floor(Date.now() / 1000);
}
