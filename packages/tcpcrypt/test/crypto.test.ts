import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Aead, aeadName, aeadNames, aeadOf } from "../src/aead.ts";
import {
  createKeyPair,
  FrameKey,
  hmac,
  keyLengths,
  keyPairOf,
  publicKeyLength,
  wipe,
} from "../src/crypto.ts";
import { type Tep, tepNames, tepOf } from "../src/tep.ts";
import { hex, keyAgreementVectors, unhex } from "./vectors.ts";

const aeads: readonly Aead[] = aeadNames.map(aeadOf);
const lengths = { curve25519: 32, curve448: 56, p256: 35, p521: 69 };

/** X25519 and X448: points of small order (RFC 7748), which make ES zero. */
const smallOrder: readonly (readonly [Tep, string])[] = [
  [0x23, "00".repeat(32)],
  [0x23, `01${"00".repeat(31)}`],
  [0x23, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"],
  [0x23, "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"],
  [0x23, `ec${"ff".repeat(30)}7f`],
  [0x23, `ed${"ff".repeat(30)}7f`],
  [0x23, `ee${"ff".repeat(30)}7f`],
  [0x24, "00".repeat(56)],
  [0x24, `01${"00".repeat(55)}`],
  [0x24, `fe${"ff".repeat(27)}fe${"ff".repeat(27)}`],
];

for (const name of tepNames) {
  const tep = tepOf(name);

  test(`${name}: two new pairs agree on a secret, and a third does not`, () => {
    const [a, b, c] = [createKeyPair(tep), createKeyPair(tep), createKeyPair(tep)];
    assert.equal(a.publicKey.length, lengths[name]);
    assert.equal(publicKeyLength(tep), lengths[name]);
    const secret = a.agree(b.publicKey);
    assert.ok(secret !== undefined);
    assert.deepEqual(b.agree(a.publicKey), secret);
    assert.notDeepEqual(c.agree(a.publicKey), secret);
  });

  test(`${name}: agrees with the openssl command`, () => {
    const vector = keyAgreementVectors.find((each) => each.tep === tep);
    assert.ok(vector !== undefined);
    const a = keyPairOf(tep, unhex(vector.privateA));
    const b = keyPairOf(tep, unhex(vector.privateB));
    assert.equal(hex(a.publicKey), vector.publicA);
    assert.equal(hex(b.publicKey), vector.publicB);
    assert.equal(hex(a.agree(unhex(vector.publicB))), vector.secret);
    assert.equal(hex(b.agree(unhex(vector.publicA))), vector.secret);
  });

  test(`${name}: answers any bytes with a secret or with nothing`, () => {
    const pair = createKeyPair(tep);
    const length = publicKeyLength(tep);
    const anyKey = fc.oneof(
      fc.uint8Array({ maxLength: 2 * length }),
      fc.uint8Array({ minLength: length, maxLength: length }),
    );
    fc.assert(
      fc.property(anyKey, (theirs) => {
        const secret = pair.agree(theirs);
        assert.ok(secret === undefined || theirs.length === length);
      }),
      { numRuns: 50 },
    );
  });

  test(`${name}: gives no secret after it has been wiped`, () => {
    const [a, b] = [createKeyPair(tep), createKeyPair(tep)];
    wipe(a);
    assert.throws(() => a.agree(b.publicKey), TypeError);
  });
}

for (const [tep, point] of smallOrder) {
  test(`refuses a point of small order for TEP ${tep}: ${point.slice(0, 8)}…`, () => {
    assert.equal(createKeyPair(tep).agree(unhex(point)), undefined);
  });
}

const p256 = createKeyPair(0x21).publicKey;
const badPoints: Readonly<Record<string, Uint8Array>> = {
  "off the curve": unhex(`002102${"00".repeat(31)}07`),
  "beyond the field": unhex(`002102${"ff".repeat(32)}`),
  uncompressed: Uint8Array.of(0, 33, 4, ...p256.subarray(3)),
  hybrid: Uint8Array.of(0, 33, 6, ...p256.subarray(3)),
  "at infinity": Uint8Array.of(0, 33, ...new Uint8Array(33)),
  "of another length than it says": Uint8Array.of(0, 32, ...p256.subarray(2)),
  "of 256 bytes more than it has": Uint8Array.of(1, 33, ...p256.subarray(2)),
  empty: new Uint8Array(0),
};

for (const [what, point] of Object.entries(badPoints)) {
  test(`refuses a point of P-256 that is ${what}`, () => {
    assert.equal(createKeyPair(0x21).agree(point), undefined);
  });
}

test("HMAC-SHA256 gives what RFC 4231 says", () => {
  // Test case 2, its text in pieces.
  const [key, first, second] = ["Jefe", "what do ya want ", "for nothing?"].map((part) =>
    Buffer.from(part),
  );
  assert.ok(key !== undefined && first !== undefined && second !== undefined);
  assert.equal(
    hex(hmac(key, first, second)),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

test("AES-128-GCM seals what its authors' test case 4 seals", () => {
  const key = new FrameKey(0x0001, unhex("feffe9928665731c6d6a8f9467308308"));
  const nonce = unhex("cafebabefacedbaddecaf888");
  const associated = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
  const text = unhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" +
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
  );
  const sealed = key.seal(nonce, associated, text.subarray(0, 1), text.subarray(1));
  assert.equal(
    hex(Buffer.concat([sealed.prefix, sealed.text])),
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e" +
      "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
  );
  assert.equal(hex(sealed.tag), "5bc94fbc3221a5db94fae95ae7121a47");
});

for (const aead of aeads) {
  const key = new FrameKey(aead, new Uint8Array(keyLengths[aead]).fill(9));
  const nonce = new Uint8Array(12).fill(5);
  const header = Uint8Array.of(0, 0, 40);
  const prefix = Uint8Array.of(0);

  test(`${aeadName(aead)}: opens what it sealed`, () => {
    fc.assert(
      fc.property(fc.uint8Array(), (content) => {
        const sealed = key.seal(nonce, header, prefix, content);
        const whole = Buffer.concat([sealed.prefix, sealed.text]);
        const opened = key.open(nonce, header, whole, sealed.tag);
        assert.deepEqual(opened, Buffer.concat([prefix, content]));
      }),
    );
  });

  test(`${aeadName(aead)}: opens nothing of which any bit was changed`, () => {
    const sealed = key.seal(nonce, header, prefix, Buffer.from("a text"));
    const parts = [nonce, header, Buffer.concat([sealed.prefix, sealed.text]), sealed.tag] as const;
    for (const [which, part] of parts.entries()) {
      for (let bit = 0; bit < part.length * 8; bit += 1) {
        const changed = part.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const [otherNonce, otherHeader, text, tag] = parts.map((each, index) =>
          index === which ? changed : each,
        ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
        assert.equal(key.open(otherNonce, otherHeader, text, tag), undefined);
      }
    }
  });
}
