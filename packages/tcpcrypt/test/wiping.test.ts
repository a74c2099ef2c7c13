import assert from "node:assert/strict";
import { Hmac } from "node:crypto";
import { type TestContext, test } from "node:test";
import { KeyPair } from "../src/crypto.ts";
import { carry, data, establishedPair, handle } from "./ends.ts";
import { hex } from "./vectors.ts";

/** Whatever is derived, agreed on or made room for from now to the end of a test. */
function watchSecrets(t: TestContext): Record<"derived" | "agreed" | "rooms", Uint8Array[]> {
  const seen = { derived: [], agreed: [], rooms: [] } as ReturnType<typeof watchSecrets>;
  // Of the two forms of this method, the one that gives bytes.
  const digest = Hmac.prototype.digest as () => Buffer;
  t.mock.method(Hmac.prototype, "digest", function (this: Hmac) {
    const block = digest.call(this);
    seen.derived.push(block);
    return block;
  });
  const { agree } = KeyPair.prototype;
  t.mock.method(KeyPair.prototype, "agree", function (this: KeyPair, theirs: Uint8Array) {
    const secret = agree.call(this, theirs);
    if (secret !== undefined) seen.agreed.push(secret);
    return secret;
  });
  class WatchedBuffer extends ArrayBuffer {
    constructor(length: number) {
      super(length);
      seen.rooms.push(new Uint8Array(this));
    }
  }
  t.mock.property(globalThis, "ArrayBuffer", WatchedBuffer as ArrayBufferConstructor);
  return seen;
}

test("of all that a key exchange and its keys went through, only what is public is left", (t) => {
  const { derived, agreed, rooms } = watchSecrets(t);
  const { a, b } = establishedPair({
    // A traffic key of two blocks.
    ciphersA: [0x0002],
    ciphersB: [0x0002],
    cacheSecret: true,
    limits: { rekeyAfterBytes: 1000 },
  });
  carry(a, b, handle(a, data("x".repeat(2000))));
  carry(b, a, handle(b, { type: "rekey" }));
  carry(a, b, handle(a, { type: "application-end" }));
  const publics = new Set<string | undefined>();
  for (const { connection, secrets } of [a, b]) {
    handle({ ...a, connection }, { type: "close" });
    publics.add(hex(connection.session?.sessionId.subarray(1)));
    const [secret] = secrets;
    assert.ok(secret !== undefined);
    for (const half of [secret.half, secret.expectedHalf]) publics.add(hex(half));
    secret.wipe();
  }
  assert.deepEqual([derived.length > 20, agreed.length, rooms.length > 20], [true, 2, true]);
  const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
  // A resumption identifier is both halves, and each host sends its own in the clear.
  const isPublic = (bytes: Uint8Array) =>
    publics.has(hex(bytes)) ||
    (publics.has(hex(bytes.subarray(0, 9))) && publics.has(hex(bytes.subarray(9))));
  assert.ok(derived.every(isZero), "derived");
  assert.ok(agreed.every(isZero), "agreed");
  assert.ok(
    rooms.every((bytes) => isZero(bytes) || isPublic(bytes)),
    "rooms",
  );
});
