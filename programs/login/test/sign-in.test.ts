import assert from "node:assert/strict";
import { test } from "node:test";
import { readTicketUnverified } from "@countersign/ticket";
import fc from "fast-check";
import { beginSignIn, signInOf } from "../src/sign-in.ts";

const ticket = (fields: string) =>
  readTicketUnverified(`uid=ada;validuntil=1800028800${fields};sig=${"A".repeat(64)}`);

test("a ticket tells when its sign-in began", () => {
  fc.assert(
    fc.property(fc.nat(4_000_000_000), (now) => {
      const signIn = beginSignIn(now);
      assert.match(signIn.id, /^[A-Za-z0-9_-]{14,64}$/);
      assert.deepEqual(signInOf(ticket(`;iat=${now};sid=${signIn.id}`)), signIn);
    }),
  );
});

for (const fields of [
  "",
  ";iat=1800000000",
  ";sid=tropz4-AAAAAAAAAAAA",
  ";iat=1800000000;sid=AAAAAAAAAAAA",
  ";iat=1800000000;sid=tropz4-AAAAAAAAAAA",
  ";iat=1800000000;sid=TROPZ4-AAAAAAAAAAAA",
  ";iat=1800000000;sid=-AAAAAAAAAAAA",
  `;iat=1800000000;sid=${"z".repeat(9)}-AAAAAAAAAAAA`,
  ";iat=1000;sid=tropz4-AAAAAAAAAAAA",
]) {
  test(`there is no sign-in of ours behind "${fields}"`, () => {
    assert.equal(signInOf(ticket(fields)), undefined);
  });
}

test("sign-in ids do not repeat", () => {
  const ids = Array.from({ length: 1000 }, () => beginSignIn(1_800_000_000).id);
  assert.equal(new Set(ids).size, 1000);
});
