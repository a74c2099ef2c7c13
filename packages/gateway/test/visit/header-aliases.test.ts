import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasAmong } from "../../src/visit/header-aliases.ts";

const identity = new Set(["remote-user", "x-groups"]);

for (const name of [
  "Remote_User",
  "remote.user",
  "REMOTE_USER",
  "X_Groups",
  "X_Forwarded_Proto",
  "X-Forwarded_For",
  "X_Countersign_Uri",
  "X.Real.IP",
  "x_original_url",
]) {
  test(`takes ${name} for an alias`, () => assert.equal(aliasAmong([name], identity), name));
}

for (const name of ["Remote-User", "My_Header", "X-Forwarded-For", "User_Agent", "Remote_Users"]) {
  test(`takes ${name} for none`, () => assert.equal(aliasAmong([name], identity), undefined));
}
