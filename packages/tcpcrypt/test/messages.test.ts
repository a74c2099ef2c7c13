import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { abortReasonTexts } from "../src/abort-reason.ts";
import { aeadNames, aeadOf } from "../src/aead.ts";
import { publicKeyLength } from "../src/crypto.ts";
import { defaultConnectionLimits as limits } from "../src/limits.ts";
import { measureInit, readInit1, readInit2, writeInit1, writeInit2 } from "../src/messages.ts";
import { tepNames, tepOf } from "../src/tep.ts";
import { unhex } from "./vectors.ts";

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const aead = fc.constantFrom(...aeadNames.map(aeadOf));
const offered = fc.array(aead, { minLength: 1, maxLength: 255 });
const ignored = fc.uint8Array({ maxLength: 500 });

/** The message with bytes after its public key, and the length that says so. */
function extended(message: Uint8Array, more: Uint8Array): Uint8Array {
  const whole = Buffer.concat([message, more]);
  whole.writeUInt32BE(whole.length, 4);
  return whole;
}

for (const name of tepNames) {
  const tep = tepOf(name);
  const part = { nonce: exactly(32), publicKey: exactly(publicKeyLength(tep)) };

  test(`${name}: reads the Init1 that it wrote, whatever follows Pub_A`, () => {
    fc.assert(
      fc.property(fc.record({ ciphers: offered, ...part }), ignored, (init1, more) => {
        const message = extended(writeInit1(init1), more);
        assert.equal(measureInit("init1", message, limits), message.length);
        const read = readInit1(message, tep);
        assert.ok(typeof read !== "string");
        assert.deepEqual(read.ciphers, init1.ciphers);
        assert.deepEqual([...read.nonce], [...init1.nonce]);
        assert.deepEqual([...read.publicKey], [...init1.publicKey]);
      }),
    );
  });

  test(`${name}: reads the Init2 that it wrote, whatever follows Pub_B`, () => {
    fc.assert(
      fc.property(fc.record({ cipher: aead, ...part }), ignored, (init2, more) => {
        const message = extended(writeInit2(init2), more);
        assert.equal(measureInit("init2", message, limits), message.length);
        const read = readInit2(message, tep);
        assert.ok(typeof read !== "string");
        assert.equal(read.cipher, init2.cipher);
        assert.deepEqual([...read.nonce], [...init2.nonce]);
        assert.deepEqual([...read.publicKey], [...init2.publicKey]);
      }),
    );
  });

  test(`${name}: a message that ends before its public key does is too short`, () => {
    const nonce = new Uint8Array(32);
    const publicKey = new Uint8Array(publicKeyLength(tep));
    const init1 = writeInit1({ ciphers: [0x0001, 0x0010], nonce, publicKey });
    const init2 = writeInit2({ cipher: 0x0001, nonce, publicKey });
    for (let length = 8; length < init1.length; length += 1) {
      assert.equal(readInit1(init1.subarray(0, length), tep), "init-too-short");
    }
    for (let length = 8; length < init2.length; length += 1) {
      assert.equal(readInit2(init2.subarray(0, length), tep), "init-too-short");
    }
  });

  test(`${name}: any bytes are read or refused with a reason`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 300 }), (bytes) => {
        for (const read of [readInit1(bytes, tep), readInit2(bytes, tep)]) {
          assert.ok(typeof read !== "string" || read in abortReasonTexts);
        }
      }),
    );
  });
}

test("a message is measured by its first 8 bytes", () => {
  const head = unhex("15101a0e00000600");
  for (let length = 0; length < head.length; length += 1) {
    assert.equal(measureInit("init1", head.subarray(0, length), limits), undefined);
  }
  assert.equal(measureInit("init1", head, limits), 0x600);
  assert.equal(measureInit("init2", unhex("097105e000000007"), limits), "init-too-short");
  assert.equal(measureInit("init2", unhex("097105e000000008"), limits), 8);
  assert.equal(measureInit("init2", unhex("097105e0ffffffff"), limits), "init-too-long");
});

test("the limit of a message is the last length that it may have", () => {
  assert.equal(limits.initBytes, 0x600);
  assert.equal(measureInit("init1", unhex("15101a0e00000601"), limits), "init-too-long");
});

test("any wrong byte of the magic is noticed when it arrives", () => {
  const magic = unhex("15101a0e");
  for (let index = 0; index < 4; index += 1) {
    const wrong = magic.slice(0, index + 1);
    wrong[index] = (wrong[index] ?? 0) ^ 0x20;
    assert.equal(measureInit("init1", wrong, limits), "bad-magic");
  }
  assert.equal(measureInit("init2", magic, limits), "bad-magic");
});

test("host A may offer as many ciphers as their count can say", () => {
  const fixed = { nonce: new Uint8Array(32), publicKey: new Uint8Array(32) };
  const many = (count: number) =>
    writeInit1({ ciphers: Array.from({ length: count }, () => 0x0001 as const), ...fixed });
  const message = many(255);
  assert.equal(measureInit("init1", message, limits), message.length);
  const read = readInit1(message, 0x23);
  assert.ok(typeof read !== "string");
  assert.equal(read.ciphers.length, 255);
  assert.throws(() => many(256), RangeError);
  assert.throws(() => many(0), RangeError);
});

test("a count of ciphers that the message has no room for is too short, not read past its end", () => {
  const message = writeInit1({
    ciphers: [0x0001],
    nonce: new Uint8Array(32),
    publicKey: new Uint8Array(32),
  });
  for (const count of [2, 33, 255]) {
    message[8] = count;
    assert.equal(readInit1(message, 0x23), "init-too-short");
  }
});
