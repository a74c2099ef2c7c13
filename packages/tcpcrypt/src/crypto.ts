import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from "node:crypto";
import type { Aead } from "./aead.ts";
import type { Tep } from "./tep.ts";

/** Bytes of an AEAD tag, the same for all three algorithms (RFC 5116, RFC 8439). */
export const tagLength = 16;
/** ae_nonce_len of all three algorithms, in bytes (RFC 8548 §6). */
export const nonceLength = 12;
/** ae_key_len in bytes (RFC 8548 §6, table 3). */
export const keyLengths: Readonly<Record<Aead, number>> = { 1: 16, 2: 32, 16: 32 };

const ciphers = {
  1: "aes-128-gcm",
  2: "aes-256-gcm",
  // Types only know it as a stream cipher with a tag, which is how it is used.
  16: "chacha20-poly1305",
} as const satisfies Record<Aead, string>;

/** Whatever can be made unreadable: bytes, or an object that holds a secret. */
export type Wipeable = Uint8Array | { wipe(): void };

/** Overwrites bytes with zeros, and has objects forget what they hold. */
export function wipe(...secrets: readonly Wipeable[]): void {
  for (const secret of secrets) {
    if (secret instanceof Uint8Array) secret.fill(0);
    else secret.wipe();
  }
}

/**
 * Room for a secret. Its memory lies outside the collector's heap, which would leave copies behind
 * whenever it moves a small array.
 */
export function roomForSecret(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}

/**
 * An ephemeral key pair for one TEP. Use it for one connection: {@link KeyPair.wipe} forgets the
 * private half, which the runtime clears when it frees it.
 */
export class KeyPair {
  readonly tep: Tep;
  /** As Init1 and Init2 carry it, with the length prefix that P-256 and P-521 have. */
  readonly publicKey: Uint8Array;
  #agree: ((theirs: Uint8Array) => Uint8Array) | undefined;

  constructor(tep: Tep, publicKey: Uint8Array, agree: (theirs: Uint8Array) => Uint8Array) {
    this.tep = tep;
    this.publicKey = publicKey;
    this.#agree = agree;
  }

  /**
   * The ephemeral secret ES shared with the owner of `theirs` (as on the wire), or `undefined` when
   * that is no valid public key: not compressed, not on the curve, or forcing a secret of zeros.
   *
   * @throws {TypeError} The pair has been wiped.
   * @see RFC 8548 §5
   */
  agree(theirs: Uint8Array): Uint8Array | undefined {
    const agree = this.#agree;
    if (agree === undefined) throw new TypeError("the key pair has been used");
    const point = pointOf(this.tep, theirs);
    if (point === undefined) return undefined;
    try {
      const secret = agree(point);
      return isZero(secret) ? undefined : secret;
    } catch (error) {
      // The point is all that varies here, so what OpenSSL or Node refuses is the point.
      if (error instanceof Error && "code" in error) return undefined;
      throw error;
    }
  }

  wipe(): void {
    this.#agree = undefined;
  }
}

/** Makes a new key pair with the runtime's random generator. */
export function createKeyPair(tep: Tep): KeyPair {
  const curve = curves[tep];
  if (curve.kind === "weierstrass") {
    const ecdh = createECDH(curve.name);
    ecdh.generateKeys();
    return weierstrassPair(tep, ecdh);
  }
  // The cast chooses between two overloads that differ in the literal only.
  const { privateKey, publicKey } = generateKeyPairSync(curve.name as "x25519");
  return montgomeryPair(tep, curve.jwk, privateKey, publicKey);
}

/**
 * The pair of a known private key: the scalar, in as many bytes as the curve has. For test vectors;
 * connections make their own.
 *
 * @throws {Error} It is no private key of this curve.
 */
export function keyPairOf(tep: Tep, privateKey: Uint8Array): KeyPair {
  const curve = curves[tep];
  if (curve.kind === "weierstrass") {
    const ecdh = createECDH(curve.name);
    ecdh.setPrivateKey(privateKey);
    return weierstrassPair(tep, ecdh);
  }
  const der = Buffer.concat([curve.pkcs8Head, privateKey]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  wipe(der);
  return montgomeryPair(tep, curve.jwk, key, createPublicKey(key));
}

/** Bytes of a public key in Init1 and Init2, length prefix included (RFC 8548 §5). */
export function publicKeyLength(tep: Tep): number {
  const curve = curves[tep];
  return curve.kind === "weierstrass" ? 2 + curve.pointLength : curve.pointLength;
}

/** `HMAC-SHA256(key, parts[0] | parts[1] | …)`: 32 bytes. */
export function hmac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  // Node takes five times as long when it is given the bytes instead of a KeyObject.
  const mac = createHmac("sha256", createSecretKey(key));
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** An AEAD key with its one algorithm. The runtime clears it when it frees it. */
export class FrameKey {
  readonly aead: Aead;
  readonly #key: KeyObject;

  /** Copies `key`, which has as many bytes as {@link keyLengths} says. */
  constructor(aead: Aead, key: Uint8Array) {
    this.aead = aead;
    this.#key = createSecretKey(key);
  }

  /**
   * Encrypts `prefix | text`. Both come back in their own memory, followed by the tag; `associated`
   * is authenticated with them.
   */
  seal(
    nonce: Uint8Array,
    associated: Uint8Array,
    prefix: Uint8Array,
    text: Uint8Array,
  ): { readonly prefix: Uint8Array; readonly text: Uint8Array; readonly tag: Uint8Array } {
    const cipher = createCipheriv(ciphers[this.aead] as "aes-128-gcm", this.#key, nonce, {
      authTagLength: tagLength,
    });
    cipher.setAAD(associated);
    const sealedPrefix = cipher.update(prefix);
    const sealedText = text.length === 0 ? noBytes : cipher.update(text);
    cipher.final();
    return { prefix: sealedPrefix, text: sealedText, tag: cipher.getAuthTag() };
  }

  /** Decrypts what {@link FrameKey.seal} made; `undefined` when any bit of it is not authentic. */
  open(
    nonce: Uint8Array,
    associated: Uint8Array,
    text: Uint8Array,
    tag: Uint8Array,
  ): Uint8Array | undefined {
    const decipher = createDecipheriv(ciphers[this.aead] as "aes-128-gcm", this.#key, nonce, {
      authTagLength: tagLength,
    });
    decipher.setAAD(associated);
    decipher.setAuthTag(tag);
    const opened = decipher.update(text);
    try {
      decipher.final();
      return opened;
    } catch {
      // `final` has one way to fail. What was decrypted is not to be seen by anybody.
      wipe(opened);
      return undefined;
    }
  }
}

const noBytes = new Uint8Array(0);

type Curve =
  | { readonly kind: "weierstrass"; readonly name: string; readonly pointLength: number }
  | {
      readonly kind: "montgomery";
      readonly name: "x25519" | "x448";
      readonly jwk: string;
      readonly pointLength: number;
      /** What stands before the scalar in a PKCS #8 private key (RFC 8410 §7). */
      readonly pkcs8Head: Uint8Array;
    };

const curves: Readonly<Record<Tep, Curve>> = {
  33: { kind: "weierstrass", name: "prime256v1", pointLength: 33 },
  34: { kind: "weierstrass", name: "secp521r1", pointLength: 67 },
  35: {
    kind: "montgomery",
    name: "x25519",
    jwk: "X25519",
    pointLength: 32,
    pkcs8Head: Buffer.from("302e020100300506032b656e04220420", "hex"),
  },
  36: {
    kind: "montgomery",
    name: "x448",
    jwk: "X448",
    pointLength: 56,
    pkcs8Head: Buffer.from("3046020100300506032b656f043a0438", "hex"),
  },
};

function weierstrassPair(tep: Tep, ecdh: ReturnType<typeof createECDH>): KeyPair {
  const point = ecdh.getPublicKey(null, "compressed");
  // Node checks that the point is on the curve; both curves have cofactor 1, so that is all.
  return new KeyPair(tep, Buffer.concat([Uint8Array.of(0, point.length), point]), (theirs) =>
    ecdh.computeSecret(theirs),
  );
}

function montgomeryPair(
  tep: Tep,
  jwk: string,
  privateKey: KeyObject,
  publicKey: KeyObject,
): KeyPair {
  // Raw keys travel as JWK, which Node reads and writes many times faster than DER.
  const { x = "" } = publicKey.export({ format: "jwk" });
  return new KeyPair(tep, Buffer.from(x, "base64url"), (theirs) => {
    const key = { kty: "OKP", crv: jwk, x: Buffer.from(theirs).toString("base64url") };
    const publicKey = withoutStackTraces(() => createPublicKey({ key, format: "jwk" }));
    return diffieHellman({ privateKey, publicKey });
  });
}

/**
 * Node finds out what it was given by throwing and catching, which costs more than half as much as
 * the agreement itself when each error notes where it was thrown.
 */
function withoutStackTraces<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** The point inside a public key as on the wire; `undefined` unless it has its one right form. */
function pointOf(tep: Tep, publicKey: Uint8Array): Uint8Array | undefined {
  const curve = curves[tep];
  if (publicKey.length !== publicKeyLength(tep)) return undefined;
  if (curve.kind === "montgomery") return publicKey;
  const [high, low, form] = publicKey;
  // RFC 8548 §5: points are compressed, which their first byte says.
  const isCompressed = form === 0x02 || form === 0x03;
  if (high !== 0 || low !== curve.pointLength || !isCompressed) return undefined;
  return publicKey.subarray(2);
}

/** Looks at every byte, so that the time it takes says nothing about a secret. */
function isZero(bytes: Uint8Array): boolean {
  return bytes.reduce((seen, byte) => seen | byte, 0) === 0;
}
