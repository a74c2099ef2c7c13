import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SignatureAlgorithm } from "../src/crypto.ts";
import { verificationKeyOf } from "../src/crypto.ts";
import { encodeTicket } from "../src/encoding.ts";
import { createIssuer } from "../src/issuer.ts";
import { anyClientAddress, anyConfirmation, anyHost, verifyTicket } from "../src/verifier.ts";
import { ticketFields } from "./arbitrary.ts";
import { keysOfAllAlgorithms, signingKey } from "./keys.ts";

const anywhere = {
  now: 1,
  clientAddress: anyClientAddress,
  host: anyHost,
  confirmedKey: anyConfirmation,
} as const;

for (const algorithm of Object.keys(keysOfAllAlgorithms) as SignatureAlgorithm[]) {
  const key = keysOfAllAlgorithms[algorithm];
  test(`${algorithm}: issues tickets that verify`, () => {
    fc.assert(
      fc.property(ticketFields, (fields) => {
        const text = createIssuer(key).issue({ ...fields, otherFields: new Map() });
        const verification = verifyTicket(text, [verificationKeyOf(key)], anywhere);
        assert.ok(verification.ok);
        assert.equal(verification.ticket.uid, fields.uid);
        assert.deepEqual(verification.ticket.tokens, fields.tokens ?? []);
        assert.equal(verification.ticket.keyId, key.id);
      }),
      { numRuns: algorithm.startsWith("dsa") ? 5 : 20 },
    );
  });
}

test("refuses a ticket over 1024 bytes and names what each field costs", () => {
  const issuer = createIssuer(signingKey("rsa"));
  const userData = "secret-".repeat(36);
  const fields = { uid: "ada", validUntil: 9, userData, tokens: ["t".repeat(255)] };
  assert.ok(issuer.issue(fields));
  assert.throws(
    () => issuer.issue({ ...fields, otherFields: new Map([["x", "y".repeat(150)]]) }),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, "too-long");
      assert.match(
        error.message,
        /^10\d\d bytes decoded \(sig 349, tokens 263, udata 259, x 153, kid 21, /,
      );
      return !error.message.includes("secret");
    },
  );
});

test("refuses a ticket whose cookie would be over 2048 characters", () => {
  const issuer = createIssuer(signingKey("ed25519"));
  const fields = {
    uid: "ada",
    validUntil: 9,
    userData: "é".repeat(127),
    tokens: ["é".repeat(127)],
  };
  const text = issuer.issue(fields);
  assert.ok(encodeTicket(text).length <= 2048);
  assert.throws(() => issuer.issue({ ...fields, uid: "é".repeat(120) }), {
    code: "too-long",
    message: /^2\d\d\d characters encoded \(tokens 774, udata 773, uid 729, /,
  });
});

test("gives the length limit to the last byte", () => {
  const issuer = createIssuer(signingKey("ed25519"));
  const fill = (length: number) =>
    issuer.issue({ uid: "a", validUntil: 9, otherFields: new Map([["x", "y".repeat(length)]]) });
  const room = 1024 - fill(0).length;
  assert.equal(fill(room).length, 1024);
  assert.throws(() => fill(room + 1), { code: "too-long" });
});
