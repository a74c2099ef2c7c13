import assert from "node:assert/strict";
import { test } from "node:test";
import type { PasswordQueue } from "../src/password-queue.ts";
import { createPasswords, isAcceptablePassword, maxPasswordBytes } from "../src/passwords.ts";

let runs = 0;
const counted: PasswordQueue = {
  run(task) {
    runs += 1;
    return task();
  },
};
const passwords = createPasswords(counted);

test("hashes with argon2id, 19 MiB, two passes, one lane, and a salt of its own each time", async () => {
  const [one, other] = [
    await passwords.hash("correct horse"),
    await passwords.hash("correct horse"),
  ];
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.notEqual(one, other);
});

test("knows the right password and no other", async () => {
  const hash = await passwords.hash("correct horse");
  assert.equal(await passwords.matches(hash, "correct horse"), true);
  for (const wrong of ["", "correct hors", "Correct horse", "correct horse ", "correct horse\0"]) {
    assert.equal(await passwords.matches(hash, wrong), false);
  }
});

test("every refusal costs exactly one hash, also without a user or with an over-long password", async () => {
  const hash = await passwords.hash("correct horse");
  const cases = [
    [hash, "wrong"],
    [undefined, "wrong"],
    [undefined, ""],
    [hash, "x".repeat(maxPasswordBytes + 1)],
  ] as const;
  for (const [stored, password] of cases) {
    runs = 0;
    assert.equal(await passwords.matches(stored, password), false);
    assert.equal(runs, 1);
  }
});

test("a password typed with combining accents is the same password", async () => {
  const hash = await passwords.hash("cre\u0300me brule\u0301e");
  assert.equal(await passwords.matches(hash, "crème brulée"), true);
});

test("takes passwords from 8 characters to 1024 bytes", () => {
  assert.equal(isAcceptablePassword("1234567"), false);
  assert.equal(isAcceptablePassword("12345678"), true);
  assert.equal(isAcceptablePassword("x".repeat(1024)), true);
  assert.equal(isAcceptablePassword("x".repeat(1025)), false);
  assert.equal(isAcceptablePassword("🔑".repeat(7)), false);
});
