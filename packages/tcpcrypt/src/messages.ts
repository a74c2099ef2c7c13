import type { AbortReason } from "./abort-reason.ts";
import type { Aead } from "./aead.ts";
import { ByteReader } from "./byte-reader.ts";
import { publicKeyLength } from "./crypto.ts";
import type { ConnectionLimits } from "./limits.ts";
import type { Tep } from "./tep.ts";

/** N_A_LEN and N_B_LEN, in bytes, of every TEP (RFC 8548 §5). */
export const initNonceLength = 32;

const magics = { init1: 0x15101a0e, init2: 0x097105e0 } as const;
/** What the count in Init1 can say. */
export const maxCiphers = 0xff;
const lengthAt = 4;
const bodyAt = 8;

/** Host A's part of the key exchange. */
export interface Init1 {
  /** AEAD identifiers as offered, unknown ones included, at most 255. */
  readonly ciphers: readonly number[];
  /** 32 bytes. */
  readonly nonce: Uint8Array;
  /** As on the wire, of the length that the TEP gives it. */
  readonly publicKey: Uint8Array;
}

/** Host B's part of the key exchange. */
export interface Init2 {
  readonly cipher: number;
  /** 32 bytes. */
  readonly nonce: Uint8Array;
  /** As on the wire, of the length that the TEP gives it. */
  readonly publicKey: Uint8Array;
}

/**
 * How long the Init message at the front of `stream` is, `undefined` while that cannot be told, or
 * why it cannot be one. A wrong first byte is noticed at once.
 *
 * @see RFC 8548 §4.1
 */
export function measureInit(
  type: "init1" | "init2",
  stream: Uint8Array,
  limits: ConnectionLimits,
): number | undefined | AbortReason {
  const magic = fourBytes(magics[type]);
  const seen = stream.subarray(0, lengthAt);
  if (seen.some((byte, index) => byte !== magic[index])) return "bad-magic";
  if (stream.length < bodyAt) return undefined;
  const length = new ByteReader(stream.subarray(lengthAt)).u32();
  if (length > limits.initBytes) return "init-too-long";
  return length < bodyAt ? "init-too-short" : length;
}

/**
 * Reads one whole Init1, whose beginning {@link measureInit} has looked at.
 *
 * ```text
 * byte  0–3    4–7          8            9 … 8+2K       32 bytes  by TEP  rest
 *       magic  message_len  nciphers=K   sym_cipher[K]  N_A       Pub_A   ignored
 * ```
 *
 * The views returned share memory with `message`.
 *
 * @see RFC 8548 §4.1
 */
export function readInit1(message: Uint8Array, tep: Tep): Init1 | AbortReason {
  const reader = new ByteReader(message.subarray(bodyAt));
  if (reader.remaining < 1) return "init-too-short";
  const count = reader.u8();
  if (reader.remaining < 2 * count + initNonceLength + publicKeyLength(tep)) {
    return "init-too-short";
  }
  // RFC 8548 §4.1: bytes after Pub_A are permitted and ignored.
  return {
    ciphers: Array.from({ length: count }, () => reader.u16()),
    nonce: reader.take(initNonceLength),
    publicKey: reader.take(publicKeyLength(tep)),
  };
}

/**
 * Reads one whole Init2, whose beginning {@link measureInit} has looked at.
 *
 * ```text
 * byte  0–3    4–7          8–9         32 bytes  by TEP  rest
 *       magic  message_len  sym_cipher  N_B       Pub_B   ignored
 * ```
 *
 * The views returned share memory with `message`.
 *
 * @see RFC 8548 §4.1
 */
export function readInit2(message: Uint8Array, tep: Tep): Init2 | AbortReason {
  const reader = new ByteReader(message.subarray(bodyAt));
  if (reader.remaining < 2 + initNonceLength + publicKeyLength(tep)) return "init-too-short";
  // RFC 8548 §4.1: bytes after Pub_B are permitted and ignored.
  return {
    cipher: reader.u16(),
    nonce: reader.take(initNonceLength),
    publicKey: reader.take(publicKeyLength(tep)),
  };
}

/** Writes Init1, without any ignored bytes. @throws {RangeError} None or more than 255 ciphers. */
export function writeInit1({ ciphers, nonce, publicKey }: Init1 & { ciphers: readonly Aead[] }) {
  if (ciphers.length < 1 || ciphers.length > maxCiphers) {
    throw new RangeError("expected 1 to 255 ciphers to offer");
  }
  return writeInit("init1", [
    Uint8Array.of(ciphers.length, ...ciphers.flatMap(twoBytes)),
    nonce,
    publicKey,
  ]);
}

/** Writes Init2, without any ignored bytes. */
export function writeInit2({ cipher, nonce, publicKey }: Init2 & { cipher: Aead }) {
  return writeInit("init2", [Uint8Array.from(twoBytes(cipher)), nonce, publicKey]);
}

function writeInit(type: "init1" | "init2", body: readonly Uint8Array[]): Uint8Array {
  const length = body.reduce((sum, part) => sum + part.length, bodyAt);
  return Buffer.concat([fourBytes(magics[type]), fourBytes(length), ...body]);
}

function twoBytes(value: number): readonly number[] {
  return [value >>> 8, value & 0xff];
}

function fourBytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
