import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { AuthenticationRefusal } from "../src/backend.ts";
import { createPasswordQueue } from "../src/password-queue.ts";
import { createPasswords, type Passwords } from "../src/passwords.ts";
import { openSqliteUserStore } from "../src/sqlite-user-store.ts";
import { administer, type Users } from "../src/users.ts";
import { createUsersBackend } from "../src/users-backend.ts";
import { backendContract } from "./backend-contract.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const passwords = createPasswords(createPasswordQueue({ running: 4, waiting: 100 }));

async function filledStore(folder: string) {
  const store = openSqliteUserStore(join(folder, "login.db"));
  const users = administer(store, passwords, () => 1000);
  await users.add("ada", "correct horse", { tokens: ["staff", "ops"], graceSeconds: 60 });
  await users.add("bob", "correct horse", { disabled: true });
  return store;
}

backendContract("own users", async (context) => {
  const store = await filledStore(temporaryFolder(context));
  return { backend: createUsersBackend(store, passwords), breakDown: () => store.close() };
});

test("known and unknown, right and disabled: each costs one comparison", async (context) => {
  let comparisons = 0;
  const counted: Passwords = {
    hash: passwords.hash,
    matches(hash, password) {
      comparisons += 1;
      return passwords.matches(hash, password);
    },
  };
  const store = await filledStore(temporaryFolder(context));
  const backend = createUsersBackend(store, counted);
  for (const username of ["ada", "eve", "bob", "no name at all", ""]) {
    comparisons = 0;
    await backend.authenticate({ username, password: "wrong" });
    assert.equal(comparisons, 1, username);
  }
  await backend.close();
});

/** Passwords in whose queue something happens before a right one is found to be right. */
function meanwhile(happens: () => Promise<unknown>): Passwords {
  return {
    hash: passwords.hash,
    async matches(hash, password) {
      const answer = await passwords.matches(hash, password);
      await happens();
      return answer;
    },
  };
}

const changes = {
  "wrong-password": (users) => users.setPassword("ada", "battery staple"),
  disabled: (users) => users.change("ada", { disabled: true }),
  "unknown-user": (users) => users.remove("ada"),
} satisfies Record<AuthenticationRefusal, (users: Users) => Promise<unknown>>;

for (const [refusal, change] of Object.entries(changes)) {
  test(`refuses as ${refusal} what became so while the password was being checked`, async (context) => {
    const store = await filledStore(temporaryFolder(context));
    const users = administer(store, passwords, () => 1000);
    const backend = createUsersBackend(
      store,
      meanwhile(() => change(users)),
    );
    const answer = await backend.authenticate({ username: "ada", password: "correct horse" });
    assert.equal(answer.kind === "refused" && answer.refusal, refusal);
    await backend.close();
  });
}

test("gives the rights of the moment in which the password was found right", async (context) => {
  const store = await filledStore(temporaryFolder(context));
  const users = administer(store, passwords, () => 1000);
  const backend = createUsersBackend(
    store,
    meanwhile(() => users.change("ada", { tokens: [] })),
  );
  const answer = await backend.authenticate({ username: "ada", password: "correct horse" });
  assert.deepEqual(answer.kind === "accepted" && answer.person.tokens, []);
  await backend.close();
});

test("passes on the user's own times and when the password was set", async (context) => {
  const backend = createUsersBackend(await filledStore(temporaryFolder(context)), passwords);
  const person = await backend.find("ADA");
  assert.equal(person?.name, "ada");
  assert.equal(person?.graceSeconds, 60);
  assert.equal(person?.lifetimeSeconds, undefined);
  assert.equal(person?.credentialsChangedAt, 1000);
  await backend.close();
});
