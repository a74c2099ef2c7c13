import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { signInTime } from "../src/sign-in-time.ts";
import type { Ticket } from "../src/ticket.ts";

const random = "abcdefghijkl";

function timeOf(signInId: string | undefined, issuedAt: number | undefined) {
  return signInTime({ signInId, issuedAt } as Ticket);
}

test("reads the time that a sign-in's id begins with", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (began, later) => {
      assert.equal(timeOf(`${began.toString(36)}-${random}`, began + later), began);
    }),
  );
});

test("knows no time for ids of others, for tickets without a time, or a sign-in after its ticket", () => {
  assert.equal(timeOf(undefined, 100), undefined);
  assert.equal(timeOf("session-1", 100), undefined);
  assert.equal(timeOf(`a-${random}x`, 100), undefined);
  assert.equal(timeOf(`a-${random}`, undefined), undefined);
  assert.equal(timeOf(`b-${random}`, 10), undefined);
});
