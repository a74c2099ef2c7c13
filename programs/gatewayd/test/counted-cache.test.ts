import assert from "node:assert/strict";
import { test } from "node:test";
import {
  anyClientAddress,
  anyHost,
  type Circumstances,
  createEncodedCache,
  createIssuer,
  createVerifier,
  encodeTicket,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { countedCache } from "../src/counted-cache.ts";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const good = encodeTicket(createIssuer(key).issue({ uid: "ada", validUntil: 1000 }));
const at: Circumstances = {
  now: 1,
  clientAddress: anyClientAddress,
  host: anyHost,
  confirmedKey: undefined,
};

test("counts what was known, what was verified, and what was neither", () => {
  const cache = countedCache(createEncodedCache({ maxEntries: 10, maxBytes: 100_000 }));
  const verifier = createVerifier({ keys: [verificationKeyOf(key)], cache });
  for (const text of [good, good, good, `${good}x`]) verifier.verifyEncoded(text, at);
  assert.deepEqual(cache.counts, { hits: 2, misses: 2, remembered: 1 });
  assert.equal(cache.entries, 1);
  assert.ok(cache.bytes > good.length);
});

test("counts on from another cache", () => {
  const before = { hits: 5, misses: 3, remembered: 2 };
  const cache = countedCache(createEncodedCache({ maxEntries: 1, maxBytes: 10_000 }), before);
  cache.find("x", [], 0);
  assert.deepEqual(cache.counts, { ...before, misses: 4 });
  assert.equal(before.misses, 3);
});
