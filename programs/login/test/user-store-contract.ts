import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { StoredUser, UserStore } from "../src/user.ts";

const ada: StoredUser = {
  name: "Ada",
  passwordHash: "$argon2id$…",
  tokens: ["staff", "ops"],
  disabled: false,
  lifetimeSeconds: 600,
  graceSeconds: undefined,
  passwordChangedAt: 1000,
};

/** What every {@link UserStore} has to do; `open` gives an empty one. */
export function userStoreContract(name: string, open: (test: TestContext) => UserStore): void {
  test(`${name}: finds what was inserted, under its key only`, async (context) => {
    const store = open(context);
    assert.equal(await store.insert("ada", ada), true);
    assert.deepEqual(await store.find("ada"), ada);
    assert.equal(await store.find("Ada"), undefined);
    await store.close();
  });

  test(`${name}: a taken key stays as it is`, async (context) => {
    const store = open(context);
    await store.insert("ada", ada);
    assert.equal(await store.insert("ada", { ...ada, name: "ADA", tokens: [] }), false);
    assert.deepEqual(await store.find("ada"), ada);
    await store.close();
  });

  test(`${name}: changes only what it is told to`, async (context) => {
    const store = open(context);
    await store.insert("ada", ada);
    assert.equal(await store.update("ada", { tokens: [], lifetimeSeconds: undefined }), true);
    assert.deepEqual(await store.find("ada"), { ...ada, tokens: [], lifetimeSeconds: undefined });
    assert.equal(await store.update("ada", {}), true);
    assert.equal(await store.update("eve", { disabled: true }), false);
    assert.equal(await store.update("eve", {}), false);
    await store.close();
  });

  test(`${name}: lists in order, without hashes`, async (context) => {
    const store = open(context);
    await store.insert("bob", { ...ada, name: "bob", disabled: true });
    await store.insert("ada", ada);
    const { passwordHash: _, ...shown } = ada;
    assert.deepEqual(await store.list(), [shown, { ...shown, name: "bob", disabled: true }]);
    await store.close();
  });

  test(`${name}: forgets what was removed`, async (context) => {
    const store = open(context);
    await store.insert("ada", ada);
    assert.equal(await store.remove("ada"), true);
    assert.equal(await store.remove("ada"), false);
    assert.equal(await store.find("ada"), undefined);
    await store.close();
  });

  test(`${name}: hostile text is only text`, async (context) => {
    const store = open(context);
    const hostile = "x' or 1=1; drop table users; --";
    await store.insert("ada", ada);
    assert.equal(await store.find(hostile), undefined);
    assert.equal(await store.insert(hostile, { ...ada, name: hostile }), true);
    assert.equal((await store.find(hostile))?.name, hostile);
    assert.equal((await store.list()).length, 2);
    await store.close();
  });

  test(`${name}: throws when it cannot tell`, async (context) => {
    const store = open(context);
    await store.close();
    await assert.rejects(store.find("ada"), { name: "LoginError" });
  });
}
