import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openUsers, type UserRefusal, type Users, userRefusalTexts } from "../src/users.ts";
import { temporaryFolder } from "./temporary-folder.ts";

function users(context: TestContext, now = () => 1000): Users {
  const opened = openUsers(join(temporaryFolder(context), "login.db"), now);
  context.after(() => opened.close());
  return opened;
}

test("a new user has what was said, and defaults for the rest", async (context) => {
  const added = await users(context).add("Ada", "correct horse", { tokens: ["staff"] });
  assert.deepEqual(added, {
    ok: true,
    user: {
      name: "Ada",
      tokens: ["staff"],
      disabled: false,
      lifetimeSeconds: undefined,
      graceSeconds: undefined,
      passwordChangedAt: 1000,
    },
  });
});

test("finds, changes and removes a user by any spelling of the name", async (context) => {
  const all = users(context);
  await all.add("Ada", "correct horse");
  assert.equal((await all.find("ADA"))?.name, "Ada");
  const changed = await all.change("ada", {
    tokens: ["ops"],
    disabled: true,
    lifetimeSeconds: 600,
  });
  assert.ok(changed.ok && changed.user.disabled && changed.user.lifetimeSeconds === 600);
  const restored = await all.change("ada", { lifetimeSeconds: undefined });
  assert.ok(restored.ok && restored.user.lifetimeSeconds === undefined);
  assert.deepEqual(restored.user.tokens, ["ops"]);
  assert.ok((await all.remove("aDA")).ok);
  assert.deepEqual(await all.list(), []);
});

test("a new password is remembered with its time, because older tickets end with it", async (context) => {
  let now = 1000;
  const all = users(context, () => now);
  await all.add("ada", "correct horse");
  now = 2000;
  const changed = await all.setPassword("ada", "battery staple");
  assert.ok(changed.ok && changed.user.passwordChangedAt === 2000);
});

test("each change of a password is later than the one before, also in the same second", async (context) => {
  const all = users(context);
  await all.add("ada", "correct horse");
  const times: unknown[] = [];
  for (const password of ["battery staple", "staple battery"]) {
    const changed = await all.setPassword("ada", password);
    times.push(changed.ok && changed.user.passwordChangedAt);
  }
  assert.deepEqual(times, [1001, 1002]);
});

const refused = {
  "bad-name": (all) => all.add("ada lovelace", "correct horse"),
  "bad-password": (all) => all.setPassword("ada", "short"),
  "bad-token": (all) => all.change("ada", { tokens: ["a,b"] }),
  "bad-times": (all) => all.change("ada", { lifetimeSeconds: 600, graceSeconds: 400 }),
  "name-taken": (all) => all.add("ADA", "correct horse"),
  "no-such-user": (all) => all.remove("eve"),
} satisfies Record<UserRefusal, (all: Users) => Promise<unknown>>;

for (const [refusal, attempt] of Object.entries(refused)) {
  test(`refuses as ${refusal}, in words, and changes nothing`, async (context) => {
    const all = users(context);
    await all.add("ada", "correct horse");
    const before = await all.list();
    assert.deepEqual(await attempt(all), { ok: false, refusal });
    assert.deepEqual(await all.list(), before);
    assert.ok(userRefusalTexts[refusal as UserRefusal].length > 20);
  });
}
