import assert from "node:assert/strict";
import { test } from "node:test";
import { identityOf } from "../src/identity.ts";

const ada = {
  user: "ada",
  tokens: [],
  userData: undefined,
  multifactor: false,
  validUntil: 200,
};

test("gives who is known", () => {
  assert.equal(identityOf({ identity: ada }), ada);
});

test("throws where nobody is known, so that no handler goes on", () => {
  assert.throws(() => identityOf({}), { name: "TypeError", message: /nobody is known/ });
});
