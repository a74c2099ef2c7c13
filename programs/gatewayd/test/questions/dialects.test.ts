import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, auth, check } from "../../src/questions/countersign-facts.ts";
import { dialectAt } from "../../src/questions/dialects.ts";
import { extAuthz } from "../../src/questions/ext-authz.ts";
import { forwardAuth } from "../../src/questions/forward-auth.ts";

test("knows each dialect by its path", () => {
  assert.equal(dialectAt("/auth"), auth);
  assert.equal(dialectAt("/answer"), answer);
  assert.equal(dialectAt("/check"), check);
  assert.equal(dialectAt("/forward-auth"), forwardAuth);
  assert.equal(dialectAt("/forward-auth?site=https://a"), forwardAuth);
  assert.equal(dialectAt("/ext-authz/"), extAuthz);
  assert.equal(dialectAt("/ext-authz/auth?b"), extAuthz);
});

test("knows no other path, be it like one of these", () => {
  for (const target of [
    "",
    "/",
    "/auth/",
    "/auth?x",
    "/AUTH",
    "//auth",
    "/x/../auth",
    "/forward-auth/",
    "/ext-authz",
    "/ext-authzx",
    "/ext-authz*",
    "auth",
    "*",
  ]) {
    assert.equal(dialectAt(target), undefined, target);
  }
});
