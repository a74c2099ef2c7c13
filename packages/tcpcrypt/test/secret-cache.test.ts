import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ResumableSecret } from "../src/resumption.ts";
import { defaultSecretCacheLimits, SecretCache } from "../src/secret-cache.ts";

let made = 0;

/** A secret of its own, and the bytes by which one sees whether it was wiped. */
function newSecret(): { secret: ResumableSecret; bytes: Uint8Array } {
  made += 1;
  const bytes = new Uint8Array(32).fill(1);
  new DataView(bytes.buffer).setUint32(0, made);
  const session = { tep: 0x23, aead: 0x0001, originalRole: made % 2 === 0 ? "A" : "B" } as const;
  return { secret: new ResumableSecret(session, bytes), bytes };
}

function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

const limits = { secrets: 5, secretsPerKey: 3, maxAgeMilliseconds: 100 };

test("gives the newest secret of a key, each once", () => {
  const cache = new SecretCache();
  const [first, second] = [newSecret(), newSecret()];
  cache.put(first.secret, "peer", 0);
  cache.put(second.secret, "peer", 1);
  assert.equal(cache.take("other", 2), undefined);
  assert.equal(cache.take("peer", 2), second.secret);
  assert.equal(cache.take("peer", 2), first.secret);
  assert.equal(cache.take("peer", 2), undefined);
  assert.equal(cache.size, 0);
  assert.ok(!first.secret.isSpent && !second.secret.isSpent);
});

test("gives a secret by the peer's half, and then not by its key", () => {
  const cache = new SecretCache();
  const { secret } = newSecret();
  cache.put(secret, "peer", 0);
  assert.equal(cache.takeByHalf(0x24, secret.expectedHalf, 1), undefined);
  assert.equal(cache.takeByHalf(0x23, secret.half, 1), undefined);
  assert.equal(cache.takeByHalf(0x23, secret.expectedHalf, 1), secret);
  assert.equal(cache.takeByHalf(0x23, secret.expectedHalf, 1), undefined);
  assert.equal(cache.take("peer", 1), undefined);
});

test("gives a secret by its key, and then not by the half", () => {
  const cache = new SecretCache();
  const { secret } = newSecret();
  cache.put(secret, "peer", 0);
  assert.equal(cache.take("peer", 1), secret);
  assert.equal(cache.takeByHalf(0x23, secret.expectedHalf, 1), undefined);
});

test("keeps a secret again that was taken and not used", () => {
  const cache = new SecretCache();
  const { secret } = newSecret();
  cache.put(secret, "peer", 0);
  cache.take("peer", 0);
  cache.put(secret, "peer", 0);
  assert.equal(cache.size, 1);
  assert.equal(cache.takeByHalf(0x23, secret.expectedHalf, 0), secret);
});

test("keeps a secret without a key for passive opens only", () => {
  const cache = new SecretCache();
  const { secret } = newSecret();
  cache.put(secret, undefined, 0);
  assert.equal(cache.size, 1);
  assert.equal(cache.takeByHalf(0x23, secret.expectedHalf, 0), secret);
});

test("wipes the oldest when there are too many", () => {
  const cache = new SecretCache(limits);
  const all = Array.from({ length: 7 }, newSecret);
  for (const [index, { secret }] of all.entries()) cache.put(secret, `${index}`, index);
  assert.equal(cache.size, 5);
  assert.deepEqual(
    all.map(({ bytes }) => isZero(bytes)),
    [true, true, false, false, false, false, false],
  );
  assert.equal(cache.take("0", 7), undefined);
});

test("wipes the oldest of a key when that has too many", () => {
  const cache = new SecretCache(limits);
  const other = newSecret();
  cache.put(other.secret, "other", 0);
  const all = Array.from({ length: 4 }, newSecret);
  for (const { secret } of all) cache.put(secret, "peer", 1);
  assert.deepEqual(
    [other, ...all].map(({ bytes }) => isZero(bytes)),
    [false, true, false, false, false],
  );
});

test("wipes what is older than the limit, and not what is as old", () => {
  const cache = new SecretCache(limits);
  const [old, young] = [newSecret(), newSecret()];
  cache.put(old.secret, "peer", 0);
  cache.put(young.secret, "peer", 50);
  cache.expire(100);
  assert.equal(cache.size, 2);
  assert.equal(cache.takeByHalf(0x23, old.secret.expectedHalf, 101), undefined);
  assert.ok(isZero(old.bytes));
  assert.equal(cache.take("peer", 150), young.secret);
});

test("forgets one secret, those of a key, or all", () => {
  const cache = new SecretCache();
  const all = Array.from({ length: 4 }, newSecret);
  const [one, two, three, four] = all;
  assert.ok(one && two && three && four);
  for (const { secret } of [one, two, three]) cache.put(secret, "peer", 0);
  cache.put(four.secret, "other", 0);
  const wiped = () => all.map(({ bytes }) => isZero(bytes));
  cache.forget(one.secret);
  assert.deepEqual(wiped(), [true, false, false, false]);
  cache.flush("peer");
  assert.deepEqual(wiped(), [true, true, true, false]);
  cache.flush();
  assert.deepEqual(wiped(), [true, true, true, true]);
  assert.equal(cache.size, 0);
});

test("does not wipe a secret that a connection has taken", () => {
  const cache = new SecretCache();
  const { secret, bytes } = newSecret();
  cache.put(secret, "peer", 0);
  cache.take("peer", 0);
  cache.forget(secret);
  cache.flush();
  assert.ok(!isZero(bytes));
});

test("does not keep a secret that is spent", () => {
  const cache = new SecretCache();
  const { secret } = newSecret();
  secret.wipe();
  cache.put(secret, "peer", 0);
  assert.equal(cache.size, 0);
});

test("of two secrets with one name the later stays", () => {
  const cache = new SecretCache();
  const session = { tep: 0x23, aead: 0x0001, originalRole: "A" } as const;
  const [first, second] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(1)];
  const later = new ResumableSecret(session, second);
  cache.put(new ResumableSecret(session, first), "peer", 0);
  cache.put(later, "peer", 0);
  cache.put(later, "peer", 0);
  assert.ok(isZero(first));
  assert.equal(cache.size, 1);
  assert.equal(cache.take("peer", 0), later);
});

test("whatever happens, each secret is given once, or wiped, or still there within the limits", () => {
  const operation = fc.oneof(
    fc.record({ type: fc.constant("put" as const), key: fc.nat(3) }),
    fc.record({ type: fc.constantFrom("take" as const, "flush" as const), key: fc.nat(3) }),
    fc.record({ type: fc.constantFrom("by-half" as const, "forget" as const), key: fc.nat(20) }),
    fc.record({ type: fc.constant("wait" as const), key: fc.nat(60) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const cache = new SecretCache(limits);
      const all: ReturnType<typeof newSecret>[] = [];
      const given: ResumableSecret[] = [];
      let now = 0;
      for (const { type, key } of operations) {
        const one = all[key % (all.length || 1)]?.secret;
        let taken: ResumableSecret | undefined;
        if (type === "put") {
          const made = newSecret();
          all.push(made);
          cache.put(made.secret, key === 0 ? undefined : `${key}`, now);
        }
        if (type === "take") taken = cache.take(`${key}`, now);
        if (type === "by-half" && one) taken = cache.takeByHalf(0x23, one.expectedHalf, now);
        if (type === "forget" && one) cache.forget(one);
        if (type === "flush") cache.flush(`${key}`);
        if (type === "wait") now += key;
        if (taken !== undefined) {
          assert.ok(!given.includes(taken) && !taken.isSpent);
          given.push(taken);
        }
        assert.ok(cache.size <= limits.secrets);
        const alive = all.filter(({ bytes }) => !isZero(bytes)).length;
        assert.equal(alive, cache.size + given.length);
      }
    }),
  );
});

test("the default limits are bounds", () => {
  for (const limit of Object.values(defaultSecretCacheLimits)) assert.ok(Number.isFinite(limit));
});
