import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  allowLegacySignatures,
  anyConfirmation,
  anyHost,
  createEncodedCache,
  createVerifier,
  decodeTicket,
  importPublicKey,
  type VerificationKey,
  verifyTicket,
} from "@countersign/ticket";
import { keyKinds, waysOf } from "../kit/algorithms.ts";
import { type TicketVector, ticketVectors } from "./tickets.ts";

const at = {
  now: 1_900_000_000,
  clientAddress: "192.0.2.7",
  host: anyHost,
  confirmedKey: anyConfirmation,
} as const;

for (const vector of ticketVectors) {
  suite(vector.name, () => {
    const key = keyOf(vector);
    assert.equal(key.algorithm, vector.algorithm);
    const text = decodeTicket(vector.cookieValue);

    test("verifies, with the fields that were signed", () => {
      const verification = verifyTicket(text, [key], at);
      assert.ok(verification.ok);
      const { ticket } = verification;
      assert.equal(ticket.uid, vector.fields.uid);
      assert.equal(String(ticket.validUntil), vector.fields.validuntil);
      assert.equal(ticket.clientAddress, vector.fields.cip);
      assert.equal(ticket.tokens.join(","), vector.fields.tokens ?? "");
      assert.equal(ticket.userData ?? "", vector.fields.udata ?? "");
      assert.equal(ticket.basicAuth, vector.fields.bauth);
      assert.equal(ticket.multifactor, vector.fields.multifactor === "1");
    });

    test("verifies from a header and from a Cookie header, also when remembered", () => {
      const verifier = createVerifier({
        keys: [key],
        cache: createEncodedCache({ maxEntries: 10, maxBytes: 100_000 }),
      });
      const header = `theme=dark; auth_pubtkt=${vector.cookieValue}; lang=en`;
      for (let round = 0; round < 2; round += 1) {
        assert.equal(verifier.verifyEncoded(vector.cookieValue, at).ok, true);
        assert.equal(verifier.verifyCookies(header, "auth_pubtkt", at)?.ok, true);
      }
    });

    test("is refused once its user is another", () => {
      const changed = text.replace(`uid=${vector.fields.uid}`, "uid=eve");
      assert.deepEqual(verifyTicket(changed, [key], at), { ok: false, refusal: "bad-signature" });
    });
  });
}

test("every algorithm has a vector", () => {
  const covered = new Set(ticketVectors.map((vector) => vector.algorithm));
  const known = new Set(keyKinds.flatMap(waysOf).map((way) => way.algorithm));
  assert.deepEqual(covered, known);
});

function keyOf({ publicKey, digest }: TicketVector): VerificationKey {
  return importPublicKey(publicKey, { digest, legacy: allowLegacySignatures });
}
