import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createVerify,
  generateKeyPairSync,
  hash,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import type { MultifactorReading } from "./fields.ts";
import { TicketError } from "./ticket-error.ts";

/** Digests that RSA and DSA signatures may use; SHA-1 only by opt-in. */
export type Digest = "sha1" | "sha224" | "sha256" | "sha384" | "sha512";

/** Chosen by whoever configures the key; a ticket never names its own. */
export type SignatureAlgorithm = `rsa-${Digest}` | `dsa-${Digest}` | "ecdsa-p256" | "ed25519";

/** Pass as `legacy` to accept SHA-1 and DSA, which old installations still sign with. */
export const allowLegacySignatures: unique symbol = Symbol("allowLegacySignatures");

/** Pass as `multifactor` to read that field as mod_auth_pubtkt does: any number, of which 1 counts. */
export const multifactorIsNumber: unique symbol = Symbol("multifactorIsNumber");

/** What the key itself does not say. */
export interface KeyOptions {
  /** For RSA and DSA keys; `sha256` unless given. Ed25519 and P-256 keys have their own. */
  readonly digest?: Digest | undefined;
  readonly legacy?: typeof allowLegacySignatures | undefined;
  /** For public keys: how `multifactor` is read in tickets of this key; 0 or 1 unless given. */
  readonly multifactor?: typeof multifactorIsNumber | undefined;
}

/** A public key with the one algorithm it may be used with. */
export interface VerificationKey {
  readonly algorithm: SignatureAlgorithm;
  /** 16 base64url characters: the first 96 bits of SHA-256 over the key's SPKI. */
  readonly id: string;
  readonly publicKey: KeyObject;
  /** How `multifactor` is read in tickets of this key. */
  readonly multifactor: MultifactorReading;
}

/** A private key with the one algorithm it may be used with. */
export interface SigningKey {
  readonly algorithm: SignatureAlgorithm;
  /** As of the public half. */
  readonly id: string;
  readonly privateKey: KeyObject;
}

/** The kinds of key that {@link generatePrivateKeyPem} makes. */
export type KeyType = "ed25519" | "ecdsa" | "rsa" | "dsa";

/**
 * Reads a public key: PEM text (`PUBLIC KEY`, or `RSA PUBLIC KEY`), a JWK, or a JWK's JSON text.
 *
 * @throws {TicketError} `bad-key`, `private-key-given`, `unsupported-key` or `legacy-signature`.
 */
export function importPublicKey(
  material: string | JsonWebKey,
  options: KeyOptions = {},
): VerificationKey {
  const input = readMaterial(material);
  const isPrivate =
    typeof input === "string" ? input.includes("PRIVATE KEY-----") : input.d !== undefined;
  if (isPrivate) throw new TicketError("private-key-given");
  const publicKey = orBadKey(() =>
    createPublicKey(typeof input === "string" ? input : { key: input, format: "jwk" }),
  );
  return {
    algorithm: algorithmOf(publicKey, options),
    id: keyIdOf(publicKey),
    publicKey,
    multifactor: options.multifactor === multifactorIsNumber ? "number" : "zero-or-one",
  };
}

/**
 * Reads a private key: PEM text (PKCS#8, or the older PKCS#1 and SEC 1), a JWK, or a JWK's JSON
 * text. Encrypted PEM is not read.
 *
 * @throws {TicketError} `bad-key`, `unsupported-key` or `legacy-signature`.
 */
export function importPrivateKey(
  material: string | JsonWebKey,
  options: KeyOptions = {},
): SigningKey {
  const input = readMaterial(material);
  const privateKey = orBadKey(() =>
    createPrivateKey(typeof input === "string" ? input : { key: input, format: "jwk" }),
  );
  const algorithm = algorithmOf(privateKey, options);
  return { algorithm, id: keyIdOf(createPublicKey(privateKey)), privateKey };
}

/** The public half. */
export function verificationKeyOf({ algorithm, id, privateKey }: SigningKey): VerificationKey {
  return { algorithm, id, publicKey: createPublicKey(privateKey), multifactor: "zero-or-one" };
}

/** `SPKI` in PEM. */
export function exportPublicPem(key: VerificationKey): string {
  return key.publicKey.export({ type: "spki", format: "pem" }).toString();
}

/** The public JWK with its `kid`, or `undefined` for DSA, which JWK does not know. */
export function exportPublicJwk(key: VerificationKey): JsonWebKey | undefined {
  if (key.publicKey.asymmetricKeyType === "dsa") return undefined;
  return { ...key.publicKey.export({ format: "jwk" }), kid: key.id, use: "sig" };
}

/**
 * Makes a private key, as PKCS#8 PEM. `bits` is for RSA (2048 to 4096, 2048 unless given) and DSA
 * (1024 or 2048, 2048 unless given).
 *
 * @throws {TicketError} `unsupported-key`.
 */
export function generatePrivateKeyPem(type: KeyType, bits = 2048): string {
  if (!isSupportedSize(type, bits)) throw new TicketError("unsupported-key");
  const privateKey = {
    ed25519: () => generateKeyPairSync("ed25519").privateKey,
    ecdsa: () => generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey,
    rsa: () => generateKeyPairSync("rsa", { modulusLength: bits }).privateKey,
    dsa: () =>
      generateKeyPairSync("dsa", { modulusLength: bits, divisorLength: bits === 1024 ? 160 : 256 })
        .privateKey,
  }[type]();
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

const digests: Record<SignatureAlgorithm, Digest | null> = {
  "rsa-sha1": "sha1",
  "rsa-sha224": "sha224",
  "rsa-sha256": "sha256",
  "rsa-sha384": "sha384",
  "rsa-sha512": "sha512",
  "dsa-sha1": "sha1",
  "dsa-sha224": "sha224",
  "dsa-sha256": "sha256",
  "dsa-sha384": "sha384",
  "dsa-sha512": "sha512",
  "ecdsa-p256": "sha256",
  ed25519: null,
};

/**
 * Whether `signature` was made over the UTF-8 of `payload` with the private half of `key`.
 *
 * Answers `false` for any signature, however malformed; throws only when the key itself cannot be
 * used with its algorithm, which is a mistake of ours.
 */
export function isSignedBy(key: VerificationKey, payload: string, signature: Uint8Array): boolean {
  const digest = digests[key.algorithm];
  if (digest === null) return verify(null, Buffer.from(payload, "utf8"), key.publicKey, signature);
  // Measured: a few per cent faster for RSA than the one-shot call.
  return createVerify(digest).update(payload, "utf8").verify(key.publicKey, signature);
}

/** Signs the UTF-8 of `payload`. DSA and ECDSA signatures are DER, as old verifiers expect. */
export function signPayload(key: SigningKey, payload: string): Uint8Array {
  return sign(digests[key.algorithm], Buffer.from(payload, "utf8"), key.privateKey);
}

/** SHA-256, 32 bytes. */
export function sha256(text: string): Uint8Array {
  return hash("sha256", text, "buffer");
}

/** AES-128-CBC over whole blocks; the caller pads. */
export function encryptBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]);
}

/** The inverse of {@link encryptBlocks}. */
export function decryptBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array {
  const decipher = createDecipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  return Buffer.concat([decipher.update(blocks), decipher.final()]);
}

function readMaterial(material: string | JsonWebKey): string | JsonWebKey {
  if (typeof material !== "string" || !material.trimStart().startsWith("{")) return material;
  return orBadKey((): JsonWebKey => JSON.parse(material));
}

/** OpenSSL's own messages can quote key material, so none of them is passed on. */
function orBadKey<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw new TicketError("bad-key");
  }
}

function keyIdOf(publicKey: KeyObject): string {
  const spki = publicKey.export({ type: "spki", format: "der" });
  return hash("sha256", spki, "buffer").subarray(0, 12).toString("base64url");
}

function algorithmOf(
  key: KeyObject,
  { digest = "sha256", legacy }: KeyOptions,
): SignatureAlgorithm {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const type = key.asymmetricKeyType;
  if (type === "ed25519") return "ed25519";
  if (type === "ec" && namedCurve === "prime256v1") return "ecdsa-p256";
  if ((type !== "rsa" && type !== "dsa") || !isSupportedSize(type, modulusLength)) {
    throw new TicketError("unsupported-key");
  }
  if ((type === "dsa" || digest === "sha1") && legacy !== allowLegacySignatures) {
    throw new TicketError("legacy-signature");
  }
  return `${type}-${digest}`;
}

function isSupportedSize(type: KeyType, bits: number): boolean {
  if (type === "rsa") return Number.isInteger(bits) && bits >= 2048 && bits <= 4096;
  if (type === "dsa") return bits === 1024 || bits === 2048;
  return true;
}
