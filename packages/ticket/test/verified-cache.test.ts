import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeBase64 } from "../src/base64.ts";
import {
  exportPublicPem,
  importPublicKey,
  multifactorIsNumber,
  type SigningKey,
  signPayload,
  verificationKeyOf,
} from "../src/crypto.ts";
import { createDigestCache } from "../src/digest-cache.ts";
import { createEncodedCache, hashOfEnd } from "../src/encoded-cache.ts";
import { decodeTicket, encodeTicket } from "../src/encoding.ts";
import { createIssuer } from "../src/issuer.ts";
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

function signedBy(key: SigningKey, payload: string): string {
  return `${payload};sig=${encodeBase64([signPayload(key, payload)])}`;
}

const at = {
  now: 500,
  clientAddress: anyClientAddress,
  host: anyHost,
  confirmedKey: anyConfirmation,
} as const;

const caches = {
  "encoded cache": (maxEntries: number) => createEncodedCache({ maxEntries, maxBytes: 1e6 }),
  "digest cache": (maxEntries: number) => createDigestCache({ maxEntries }),
};

for (const [name, create] of Object.entries(caches)) {
  test(`${name}: finds what it remembers, and only for who trusts the key`, () => {
    const cache = create(4);
    const { text, value, authentic } = ticket("ada");
    assert.equal(cache.find(value, [key], 500), undefined);
    cache.remember(value, text, authentic);
    assert.deepEqual(cache.find(value, [rsa, key], 500)?.ticket, authentic.ticket);
    assert.equal(cache.find(value, [rsa], 500), undefined);
    assert.equal(cache.find(value, [], 500), undefined);
  });

  test(`${name}: a ticket refused by one place stays refused after another accepted it`, () => {
    const cache = create(4);
    const trusting = createVerifier({ keys: [key], cache });
    const other = createVerifier({ keys: [rsa], cache });
    const { value } = ticket("ada");
    assert.equal(other.verifyEncoded(value, at).ok, false);
    assert.ok(trusting.verifyEncoded(value, at).ok);
    assert.ok(trusting.verifyEncoded(value, at).ok);
    assert.equal(other.verifyEncoded(value, at).ok, false);
  });

  test(`${name}: tells digests of the same key apart`, () => {
    const cache = create(4);
    const sha512 = signingKey("rsa", "sha512");
    const value = encodeTicket(createIssuer(sha512).issue({ uid: "ada", validUntil: 1000 }));
    const trusting = createVerifier({ keys: [verificationKeyOf(sha512)], cache });
    const other = createVerifier({ keys: [rsa], cache });
    assert.ok(trusting.verifyEncoded(value, at).ok);
    assert.equal(other.verifyEncoded(value, at).ok, false);
  });

  test(`${name}: tells who reads multifactor as a number from who does not`, () => {
    const cache = create(4);
    const value = encodeTicket(
      signedBy(signingKey("rsa"), "uid=ada;validuntil=1000;multifactor=01"),
    );
    const tolerant = importPublicKey(exportPublicPem(rsa), { multifactor: multifactorIsNumber });
    const asNumber = createVerifier({ keys: [tolerant], cache });
    const strict = createVerifier({ keys: [rsa], cache });
    for (let time = 0; time < 2; time++) {
      const verification = asNumber.verifyEncoded(value, at);
      assert.ok(verification.ok && verification.ticket.multifactor);
      assert.deepEqual(strict.verifyEncoded(value, at), { ok: false, refusal: "malformed" });
    }
  });

  test(`${name}: lets go of a ticket whose time is over`, () => {
    const cache = create(4);
    const { text, value, authentic } = ticket("ada");
    cache.remember(value, text, authentic);
    assert.ok(cache.find(value, [key], 1000));
    assert.ok(cache.find(value, [key], 1001), "given a last time, so that it is called expired");
    assert.equal(cache.entries, 0);
    assert.equal(cache.find(value, [key], 500), undefined);
  });

  test(`${name}: stores nothing that is not valid, however much of it comes`, () => {
    const cache = create(4);
    const verifier = createVerifier({ keys: [key], cache });
    const { value } = ticket("ada");
    for (let count = 0; count < 200; count++) verifier.verifyEncoded(`${value}${count}`, at);
    verifier.verifyEncoded(ticket("late", 499).value, at);
    assert.equal(cache.entries, 0);
  });

  test(`${name}: keeps one entry for all spellings of a ticket`, () => {
    const cache = create(4);
    const verifier = createVerifier({ keys: [key], cache });
    const { text } = ticket("ada");
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (escapes) => {
        const value = respelled(text, () => escapes.next().value ?? false);
        assert.equal(decodeTicket(value), text);
        assert.ok(verifier.verifyEncoded(value, at).ok);
        assert.ok(cache.find(value, [key], 500));
        assert.equal(cache.entries, 1);
      }),
    );
  });

  test(`${name}: keeps within its limit and never answers for another ticket`, () => {
    const tickets = Array.from({ length: 12 }, (_, index) => ticket(`u${index}`, 400 + index * 20));
    const step = fc.tuple(fc.nat(11), fc.integer({ min: 350, max: 700 }), fc.boolean());
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.array(step, { maxLength: 80 }),
        (max, steps) => {
          const cache = create(max);
          for (const [index, now, isNew] of steps) {
            const one = tickets[index];
            if (one === undefined) continue;
            const found = cache.find(one.value, [key], now);
            if (found !== undefined) assert.equal(found.ticket.uid, `u${index}`);
            else if (isNew) {
              cache.remember(one.value, one.text, one.authentic);
              assert.ok(cache.find(one.value, [key], 0), "the newest is always there");
            }
            assert.ok(cache.entries <= max);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test(`${name}: keeps what is used and lets go of what came once`, () => {
    const cache = create(3);
    const hot = ticket("hot");
    cache.remember(hot.value, hot.text, hot.authentic);
    for (let count = 0; count < 50; count++) {
      assert.ok(cache.find(hot.value, [key], 500), `after ${count} others`);
      const once = ticket(`once${count}`);
      cache.remember(once.value, once.text, once.authentic);
    }
    assert.equal(cache.entries, 3);
  });

  test(`${name}: survives values that are no tickets`, () => {
    const cache = create(4);
    const { text, value, authentic } = ticket("ada");
    cache.remember(value, text, authentic);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (garbage) => {
        assert.equal(cache.find(garbage, [key], 500), undefined);
        assert.equal(cache.find(`${garbage}%`, [key], 500), undefined);
      }),
    );
  });

  test(`${name}: refuses a limit that is none`, () => {
    assert.throws(() => create(0), RangeError);
    assert.throws(() => create(1.5), RangeError);
  });
}

test("encoded cache: keeps within its bytes", () => {
  const tickets = Array.from({ length: 6 }, (_, index) => ticket(`u${index}`));
  for (let maxBytes = 0; maxBytes < 6000; maxBytes += 500) {
    const cache = createEncodedCache({ maxEntries: 100, maxBytes });
    for (const { value, text, authentic } of tickets) cache.remember(value, text, authentic);
    assert.ok(cache.bytes <= maxBytes);
    assert.equal(cache.bytes > 0, cache.entries > 0);
    assert.equal(cache.entries > 0, maxBytes >= 1500, String(maxBytes));
  }
});

test("encoded cache: spreads real tickets over its buckets, whatever key signed them", () => {
  const buckets = 4096;
  for (const type of ["ed25519", "ecdsa", "rsa"] as const) {
    const signing = createIssuer(signingKey(type));
    const sizes = new Map<number, number>();
    for (let count = 0; count < 512; count++) {
      const value = encodeTicket(signing.issue({ uid: `user${count}`, validUntil: 1000 }));
      const bucket = hashOfEnd(value) % buckets;
      sizes.set(bucket, (sizes.get(bucket) ?? 0) + 1);
    }
    // By chance, eight of 512 meet in one of 4096 buckets once in a hundred million runs.
    assert.ok(Math.max(...sizes.values()) < 8, type);
  }
});

test("encoded cache: all spellings of one ticket meet in one bucket", () => {
  const { text, value } = ticket("ada");
  const everything = respelled(text, () => true);
  assert.equal(hashOfEnd(everything), hashOfEnd(value));
  assert.equal(hashOfEnd(everything.toUpperCase()), hashOfEnd(value));
});

test("digest cache: finds every ticket that was not pushed out, whatever came between", () => {
  const cache = createDigestCache({ maxEntries: 300 });
  const tickets = Array.from({ length: 300 }, (_, index) =>
    ticket(`u${index}`, index % 3 ? 1000 : 600),
  );
  for (const { value, text, authentic } of tickets) cache.remember(value, text, authentic);
  assert.equal(cache.entries, 300);
  for (const { value } of tickets) assert.ok(cache.find(value, [key], 700));
  assert.equal(cache.entries, 200);
  for (const { value, authentic } of tickets) {
    const isOver = authentic.ticket.validUntil === 600;
    assert.equal(cache.find(value, [key], 700) === undefined, isOver);
  }
});

/** Percent-encodes what must be and what `escapes` chooses. */
function respelled(text: string, escapes: () => boolean): string {
  return Array.from(text, (character) => {
    const mustEscape = !/[A-Za-z0-9._-]/.test(character);
    if (!mustEscape && !escapes()) return character;
    return `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  }).join("");
}
