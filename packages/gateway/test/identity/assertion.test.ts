import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { test } from "node:test";
import { generatePrivateKeyPem, importPrivateKey, type KeyType } from "@countersign/ticket";
import { createAssertionSigner } from "../../src/identity/assertion.ts";
import { now, verified } from "../tickets.ts";

const origin = "https://wiki.example.com";
const issuer = "https://gateway.example.com";

function signerWith(type: KeyType) {
  const key = importPrivateKey(generatePrivateKeyPem(type), { digest: "sha256" });
  return createAssertionSigner({ key, issuer, lifetimeSeconds: 60 });
}

/** Verifies as an application does, from the key set alone. */
function readClaims(jwt: string, { jwks }: ReturnType<typeof signerWith>) {
  const [head = "", claims = "", signature = ""] = jwt.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(head, "base64url").toString());
  const jwk = jwks.keys.find((one) => one.kid === kid);
  assert.ok(jwk !== undefined && jwk.alg === alg);
  const key = createPublicKey({ key: jwk, format: "jwk" });
  const isRight = verify(
    alg === "ES256" ? "sha256" : null,
    Buffer.from(`${head}.${claims}`),
    { key, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  assert.ok(isRight);
  return JSON.parse(Buffer.from(claims, "base64url").toString());
}

for (const type of ["ed25519", "ecdsa"] as const) {
  test(`asserts who a visitor is with ${type}, for a minute and one site`, () => {
    const signer = signerWith(type);
    const ticket = verified({ tokens: ["staff"], userData: "ü" });
    assert.deepEqual(readClaims(signer.assert(ticket, origin, now), signer), {
      sub: "ada",
      tokens: ["staff"],
      data: "ü",
      multifactor: false,
      iss: issuer,
      aud: origin,
      iat: now,
      exp: now + 60,
    });
  });
}

test("asserts nothing beyond the ticket's own time", () => {
  const signer = signerWith("ed25519");
  const ticket = verified({ validUntil: now + 7 });
  assert.equal(readClaims(signer.assert(ticket, origin, now), signer).exp, now + 7);
});

test("gives the same assertion for half its time, per site", () => {
  const signer = signerWith("ed25519");
  const ticket = verified();
  const first = signer.assert(ticket, origin, now);
  assert.equal(signer.assert(ticket, origin, now + 29), first);
  assert.notEqual(signer.assert(ticket, origin, now + 30), first);
  assert.notEqual(signer.assert(ticket, "https://shop.example.com", now), first);
});

test("publishes nothing private", () => {
  for (const jwk of signerWith("ecdsa").jwks.keys) assert.equal("d" in jwk, false);
});

test("refuses a key that JWTs are not signed with here", () => {
  assert.throws(() => signerWith("rsa"), { name: "PolicyError", code: "bad-assertion-key" });
});
