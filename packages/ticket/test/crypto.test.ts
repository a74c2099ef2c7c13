import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  allowLegacySignatures,
  exportPublicJwk,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  importPublicKey,
  isSignedBy,
  type SignatureAlgorithm,
  signPayload,
  verificationKeyOf,
} from "../src/crypto.ts";
import { keysOfAllAlgorithms, signingKey } from "./keys.ts";

const algorithms = Object.keys(keysOfAllAlgorithms) as SignatureAlgorithm[];

for (const algorithm of algorithms) {
  const key = keysOfAllAlgorithms[algorithm];
  const publicKey = verificationKeyOf(key);

  test(`${algorithm}: accepts what was signed and nothing else`, () => {
    assert.equal(key.algorithm, algorithm);
    const signature = signPayload(key, "uid=zoë");
    assert.equal(isSignedBy(publicKey, "uid=zoë", signature), true);
    assert.equal(isSignedBy(publicKey, "uid=zoe", signature), false);
  });

  test(`${algorithm}: answers false for arbitrary bytes`, () => {
    const signature = signPayload(key, "p");
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.tuple(fc.nat(signature.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => {
        const changed = Uint8Array.from(signature);
        changed[at] = (changed[at] ?? 0) ^ flip;
        return changed;
      }),
    );
    fc.assert(
      fc.property(bytes, (other) => assert.equal(isSignedBy(publicKey, "p", other), false)),
      { numRuns: 50 },
    );
  });
}

test("takes the id of a key from the SHA-256 of its SPKI", () => {
  const key = verificationKeyOf(signingKey("ed25519"));
  const spki = key.publicKey.export({ type: "spki", format: "der" });
  assert.equal(key.id, createHash("sha256").update(spki).digest("base64url").slice(0, 16));
});

test("reads back the PEM and the JWK that it writes", () => {
  for (const type of ["rsa", "ecdsa", "ed25519"] as const) {
    const key = verificationKeyOf(signingKey(type));
    assert.equal(importPublicKey(exportPublicPem(key)).id, key.id);
    const jwk = exportPublicJwk(key);
    assert.ok(jwk !== undefined);
    assert.equal(importPublicKey(jwk).id, key.id);
    assert.equal(importPublicKey(JSON.stringify(jwk)).id, key.id);
    assert.equal(jwk.kid, key.id);
  }
  const dsa = verificationKeyOf(signingKey("dsa"));
  assert.equal(importPublicKey(exportPublicPem(dsa), { legacy: allowLegacySignatures }).id, dsa.id);
  assert.equal(exportPublicJwk(dsa), undefined);
});

test("reads private keys as PEM and as JWK", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pem = privateKey.export({ type: "sec1", format: "pem" }).toString();
  const jwk = privateKey.export({ format: "jwk" });
  assert.equal(importPrivateKey(pem).id, importPrivateKey(jwk).id);
});

test("opens SHA-1 and DSA only on demand", () => {
  const rsa = exportPublicPem(verificationKeyOf(signingKey("rsa")));
  const dsa = exportPublicPem(verificationKeyOf(signingKey("dsa")));
  assert.throws(() => importPublicKey(rsa, { digest: "sha1" }), { code: "legacy-signature" });
  assert.throws(() => importPublicKey(dsa, { digest: "sha256" }), { code: "legacy-signature" });
  assert.equal(
    importPublicKey(rsa, { digest: "sha1", legacy: allowLegacySignatures }).algorithm,
    "rsa-sha1",
  );
  assert.equal(
    importPublicKey(dsa, { digest: "sha1", legacy: allowLegacySignatures }).algorithm,
    "dsa-sha1",
  );
  assert.equal(importPublicKey(rsa).algorithm, "rsa-sha256");
});

test("refuses a private key where a public one belongs", () => {
  const pem = generatePrivateKeyPem("ed25519");
  assert.throws(() => importPublicKey(pem), { code: "private-key-given" });
  const jwk = importPrivateKey(pem).privateKey.export({ format: "jwk" });
  assert.throws(() => importPublicKey(jwk), { code: "private-key-given" });
});

test("refuses keys that do not sign tickets", () => {
  const refused = [
    generateKeyPairSync("rsa", { modulusLength: 1024 }),
    generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
    generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
    generateKeyPairSync("x25519"),
    generateKeyPairSync("ed448"),
  ];
  for (const { publicKey, privateKey } of refused) {
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    assert.throws(() => importPublicKey(pem), { code: "unsupported-key" });
    const privatePem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    assert.throws(() => importPrivateKey(privatePem), { code: "unsupported-key" });
  }
  assert.throws(() => generatePrivateKeyPem("rsa", 1024), { code: "unsupported-key" });
  assert.throws(() => generatePrivateKeyPem("dsa", 3072), { code: "unsupported-key" });
});

test("calls what is no key a bad key, and quotes none of it", () => {
  const secret = "MC4CAQAwBQYDK2VwBCIEIsecret";
  for (const text of [
    "",
    "nonsense",
    "{",
    "{}",
    '{"kty":"oct","k":"AA"}',
    "-----BEGIN PUBLIC KEY-----",
  ]) {
    assert.throws(() => importPublicKey(text), { code: "bad-key" });
  }
  assert.throws(
    () => importPrivateKey(`-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`),
    (error: Error) => !error.message.includes("secret") && error.cause === undefined,
  );
});
