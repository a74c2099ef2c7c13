import type { Authentication, Backend, Person } from "./backend.ts";
import type { Passwords } from "./passwords.ts";
import type { User, UserStore } from "./user.ts";
import { parseUserName } from "./user-name.ts";

/** The backend of the login server's own users. Closing it closes the store. */
export function createUsersBackend(store: UserStore, passwords: Passwords): Backend {
  return {
    async authenticate({ username, password }) {
      const key = parseUserName(username)?.key;
      const user = key === undefined ? undefined : await store.find(key);
      // Hashed for everyone, so that no refusal is quicker than another.
      const matches = await passwords.matches(user?.passwordHash, password);
      if (user === undefined) return refuse("unknown-user", undefined);
      if (!matches) return refuse("wrong-password", user);
      // The password waited for its turn; meanwhile the user may have changed.
      const current = await store.find(key ?? "");
      if (current === undefined) return refuse("unknown-user", undefined);
      if (current.passwordHash !== user.passwordHash) return refuse("wrong-password", current);
      if (current.disabled) return refuse("disabled", current);
      return { kind: "accepted", person: personOf(current) };
    },
    async find(name) {
      const key = parseUserName(name)?.key;
      const user = key === undefined ? undefined : await store.find(key);
      return user === undefined || user.disabled ? undefined : personOf(user);
    },
    close: () => store.close(),
  };
}

function refuse(
  refusal: Extract<Authentication, { kind: "refused" }>["refusal"],
  user: User | undefined,
): Authentication {
  return { kind: "refused", refusal, knownName: user?.name };
}

function personOf(user: User): Person {
  return {
    name: user.name,
    tokens: user.tokens,
    lifetimeSeconds: user.lifetimeSeconds,
    graceSeconds: user.graceSeconds,
    credentialsChangedAt: user.passwordChangedAt,
  };
}
