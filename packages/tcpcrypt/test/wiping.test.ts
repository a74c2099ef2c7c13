import assert from "node:assert/strict";
import { Decipheriv, Hmac } from "node:crypto";
import { type TestContext, test } from "node:test";
import { KeyPair } from "../src/crypto.ts";
import { carry, data, type End, establishedPair, handle } from "./ends.ts";
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
  // Node 22 has no mock.property.
  const { ArrayBuffer: own } = globalThis;
  globalThis.ArrayBuffer = WatchedBuffer as ArrayBufferConstructor;
  t.after(() => {
    globalThis.ArrayBuffer = own;
  });
  return seen;
}

/** Ends both connections, and looks whether only what is public is left of what was seen. */
function assertWiped(seen: ReturnType<typeof watchSecrets>, ends: readonly End[]): void {
  const publics = new Set<string>();
  for (const end of ends) {
    handle(end, { type: "close" });
    publics.add(hex(end.connection.session?.sessionId.subarray(1)) ?? "");
    for (const secret of end.secrets) secret.wipe();
  }
  const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0);
  // Resumption identifiers are sent in the clear; nothing else has 18 bytes.
  const isPublic = (bytes: Uint8Array) => bytes.length === 18 || publics.has(hex(bytes) ?? "");
  assert.ok(seen.derived.every(isZero), "derived");
  assert.ok(seen.agreed.every(isZero), "agreed");
  assert.ok(
    seen.rooms.every((bytes) => isZero(bytes) || isPublic(bytes)),
    "rooms",
  );
}

// A traffic key of two blocks.
const ciphers = { ciphersA: [0x0002], ciphersB: [0x0002] } as const;

test("of all that keys were made of, only what is public is left", (t) => {
  const seen = watchSecrets(t);
  const limits = { rekeyAfterBytes: 1000 };
  const { a, b } = establishedPair({ ...ciphers, cacheSecret: true, limits });
  carry(a, b, handle(a, data("x".repeat(2000))));
  carry(b, a, handle(b, { type: "rekey" }));
  carry(a, b, handle(a, { type: "application-end" }));
  assert.equal(seen.agreed.length, 2);
  assert.ok(seen.derived.length > 20 && seen.rooms.length > 20);
  assertWiped(seen, [a, b]);
});

test("a connection that ends before its first frame leaves as little", (t) => {
  const seen = watchSecrets(t);
  const { a, b } = establishedPair({ ...ciphers, cacheSecret: true });
  assertWiped(seen, [a, b]);
  assert.equal(a.secrets.length + b.secrets.length, 0);
});

test("what a forged frame was decrypted to is wiped", (t) => {
  const opened: Uint8Array[] = [];
  const update = Decipheriv.prototype.update as (text: Uint8Array) => Buffer;
  t.mock.method(Decipheriv.prototype, "update", function (this: Decipheriv, text: Uint8Array) {
    const bytes = update.call(this, text);
    opened.push(bytes);
    return bytes;
  });
  const { a, b } = establishedPair();
  const frame = handle(a, data("text"));
  frame.set([(frame.at(-1) ?? 0) ^ 1], frame.length - 1);
  handle(b, { type: "received", bytes: frame });
  assert.equal(b.aborted, "forged-frame");
  assert.deepEqual(
    opened.map((bytes) => [...bytes]),
    [[0, 0, 0, 0, 0]],
  );
});
