import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { verificationKeyOf } from "../src/crypto.ts";
import { decodeTicket, encodeTicket } from "../src/encoding.ts";
import { createIssuer } from "../src/issuer.ts";
import { createVerifiedCache } from "../src/verified-cache.ts";
import {
  anyClientAddress,
  anyConfirmation,
  anyHost,
  createVerifier,
  readTicketUnverified,
} from "../src/verifier.ts";
import { signingKey } from "./keys.ts";

const issuer = createIssuer(signingKey("ed25519"));
const key = verificationKeyOf(signingKey("ed25519"));
const rsa = verificationKeyOf(signingKey("rsa"));

function ticket(uid: string, validUntil = 1000) {
  const text = issuer.issue({ uid, validUntil });
  return {
    text,
    value: encodeTicket(text),
    authentic: { ticket: readTicketUnverified(text), key },
  };
}

const at = {
  now: 500,
  clientAddress: anyClientAddress,
  host: anyHost,
  confirmedKey: anyConfirmation,
} as const;

test("finds what it remembers, and only for who trusts the key", () => {
  const cache = createVerifiedCache({ maxEntries: 4, maxBytes: 1e6 });
  const { text, value, authentic } = ticket("ada");
  assert.equal(cache.find(value, [key], 500), undefined);
  cache.remember(value, text, authentic);
  assert.equal(cache.find(value, [rsa, key], 500)?.ticket.uid, "ada");
  assert.equal(cache.find(value, [rsa], 500), undefined);
  assert.equal(cache.find(value, [], 500), undefined);
});

test("a ticket refused by one place's key stays refused after another place accepted it", () => {
  const cache = createVerifiedCache({ maxEntries: 4, maxBytes: 1e6 });
  const trusting = createVerifier({ keys: [key], cache });
  const other = createVerifier({ keys: [rsa], cache });
  const { value } = ticket("ada");
  assert.equal(other.verifyEncoded(value, at).ok, false);
  assert.ok(trusting.verifyEncoded(value, at).ok);
  assert.ok(trusting.verifyEncoded(value, at).ok);
  assert.equal(other.verifyEncoded(value, at).ok, false);
});

test("tells digests of the same key apart", () => {
  const cache = createVerifiedCache({ maxEntries: 4, maxBytes: 1e6 });
  const text = createIssuer(signingKey("rsa", "sha512")).issue({ uid: "ada", validUntil: 1000 });
  const sha512 = createVerifier({ keys: [verificationKeyOf(signingKey("rsa", "sha512"))], cache });
  const sha256 = createVerifier({ keys: [verificationKeyOf(signingKey("rsa", "sha256"))], cache });
  assert.ok(sha512.verifyEncoded(encodeTicket(text), at).ok);
  assert.equal(sha256.verifyEncoded(encodeTicket(text), at).ok, false);
});

test("lets go of a ticket whose time is over", () => {
  const cache = createVerifiedCache({ maxEntries: 4, maxBytes: 1e6 });
  const { text, value, authentic } = ticket("ada");
  cache.remember(value, text, authentic);
  assert.ok(cache.find(value, [key], 1000));
  assert.ok(cache.find(value, [key], 1001), "given a last time, so that it is called expired");
  assert.equal(cache.entries, 0);
  assert.equal(cache.bytes, 0);
});

test("stores nothing that is not valid, however much of it comes", () => {
  const cache = createVerifiedCache({ maxEntries: 4, maxBytes: 1e6 });
  const verifier = createVerifier({ keys: [key], cache });
  const { value } = ticket("ada");
  for (let count = 0; count < 200; count++) verifier.verifyEncoded(`${value}${count}`, at);
  verifier.verifyEncoded(ticket("late", 499).value, at);
  assert.equal(cache.entries, 0);
});

test("keeps one spelling of a ticket, so that one ticket cannot fill it", () => {
  const cache = createVerifiedCache({ maxEntries: 4, maxBytes: 1e6 });
  const verifier = createVerifier({ keys: [key], cache });
  const { text } = ticket("ada");
  fc.assert(
    fc.property(fc.infiniteStream(fc.boolean()), (escapes) => {
      const value = Array.from(text, (character) => {
        const mustEscape = !/[A-Za-z0-9._-]/.test(character);
        return mustEscape || escapes.next().value
          ? `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`
          : character;
      }).join("");
      assert.equal(decodeTicket(value), text);
      assert.ok(verifier.verifyEncoded(value, at).ok);
      assert.ok(cache.find(value, [key], 500));
      assert.equal(cache.entries, 1);
    }),
  );
});

test("keeps within its limits and never answers for another ticket", () => {
  const tickets = Array.from({ length: 12 }, (_, index) =>
    ticket(`user${index}`, 400 + index * 20),
  );
  const size = ticket("user0").value.length + ticket("user0").text.length + 900;
  const limits = fc.record({
    maxEntries: fc.integer({ min: 1, max: 8 }),
    maxBytes: fc.integer({ min: 0, max: 10 * size }),
  });
  const uses = fc.array(
    fc.tuple(fc.nat(tickets.length - 1), fc.integer({ min: 350, max: 700 }), fc.boolean()),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(limits, uses, (limit, steps) => {
      const cache = createVerifiedCache(limit);
      for (const [index, now, isKnown] of steps) {
        const one = tickets[index];
        if (one === undefined) continue;
        const found = cache.find(one.value, [key], now);
        if (found !== undefined) assert.equal(found.ticket.uid, `user${index}`);
        else if (isKnown) cache.remember(one.value, one.text, one.authentic);
        assert.ok(cache.entries <= limit.maxEntries);
        assert.ok(cache.bytes <= limit.maxBytes);
        assert.ok(cache.entries > 0 || cache.bytes === 0);
      }
    }),
    { numRuns: 500 },
  );
});

test("SIEVE keeps what is used and lets go of what came once", () => {
  const cache = createVerifiedCache({ maxEntries: 3, maxBytes: 1e6 });
  const hot = ticket("hot");
  cache.remember(hot.value, hot.text, hot.authentic);
  for (let count = 0; count < 50; count++) {
    assert.ok(cache.find(hot.value, [key], 500), `after ${count} others`);
    const once = ticket(`once${count}`);
    cache.remember(once.value, once.text, once.authentic);
  }
  assert.equal(cache.entries, 3);
});

test("refuses a limit that is none", () => {
  assert.throws(() => createVerifiedCache({ maxEntries: 0, maxBytes: 1 }), RangeError);
});
