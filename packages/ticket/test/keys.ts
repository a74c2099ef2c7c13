import {
  allowLegacySignatures,
  type Digest,
  generatePrivateKeyPem,
  importPrivateKey,
  type SignatureAlgorithm,
  type SigningKey,
} from "../src/crypto.ts";

const pems = {
  rsa: generatePrivateKeyPem("rsa"),
  dsa: generatePrivateKeyPem("dsa", 1024),
  ecdsa: generatePrivateKeyPem("ecdsa"),
  ed25519: generatePrivateKeyPem("ed25519"),
};

/** One key pair a type, made once a test file: RSA and DSA keys are slow to make. */
export function signingKey(type: keyof typeof pems, digest?: Digest): SigningKey {
  return importPrivateKey(pems[type], { digest, legacy: allowLegacySignatures });
}

const digests = ["sha1", "sha224", "sha256", "sha384", "sha512"] as const;

/** A key for every algorithm there is. */
export const keysOfAllAlgorithms: Record<SignatureAlgorithm, SigningKey> = {
  ...(Object.fromEntries(
    (["rsa", "dsa"] as const).flatMap((type) =>
      digests.map((digest) => [`${type}-${digest}`, signingKey(type, digest)] as const),
    ),
  ) as Record<`${"rsa" | "dsa"}-${Digest}`, SigningKey>),
  "ecdsa-p256": signingKey("ecdsa"),
  ed25519: signingKey("ed25519"),
};
