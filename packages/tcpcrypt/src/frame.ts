import { ByteReader } from "./byte-reader.ts";
import { tagLength } from "./crypto.ts";

const headerLength = 3;
const maxCiphertextLength = 0xffff;
const rekeyBit = 0x01;
const finBit = 0x01;
const urgentBit = 0x02;

/** Application data that fit into one frame without an urgent pointer (RFC 8548 §3.6): 65,518. */
export const maxFrameData = maxCiphertextLength - tagLength - 1;

/** What a frame without an urgent pointer has around its data: 20 bytes. */
export const frameOverhead = headerLength + 1 + tagLength;

/** A frame as it is on the wire. */
export interface Frame {
  /** The frame is the first under the sender's next keys (RFC 8548 §3.8). */
  readonly rekey: boolean;
  /** The associated data: the bytes of control and clen. */
  readonly header: Uint8Array;
  /** Encrypted flags, urgent pointer and data. */
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** What a frame says before its data. */
export interface FrameFlags {
  /** FINp: nothing follows this frame. */
  readonly end: boolean;
  /** From the frame's offset to the last byte of urgent data: 0 to 65,535 (RFC 8548 §3.7). */
  readonly urgent?: number;
}

/**
 * How long the frame at the front of `stream` is, `undefined` while that cannot be told, or that it
 * is shorter than any frame.
 */
export function measureFrame(stream: Uint8Array): number | undefined | "short-frame" {
  const [, high, low] = stream;
  if (high === undefined || low === undefined) return undefined;
  const length = (high << 8) | low;
  return length < 1 + tagLength ? "short-frame" : headerLength + length;
}

/**
 * Reads one whole frame, of the length that {@link measureFrame} gives.
 *
 * ```text
 * byte   0        1    2   3 … clen+2
 *        control  clen     ciphertext, of which the last 16 bytes are the tag
 * ```
 *
 * The views returned share memory with `frame`.
 *
 * @see RFC 8548 §4.2
 */
export function readFrame(frame: Uint8Array): Frame {
  const reader = new ByteReader(frame);
  const header = reader.take(headerLength);
  return {
    // The seven other bits are reserved and ignored on receipt (RFC 8548 §4.2).
    rekey: ((header[0] ?? 0) & rekeyBit) !== 0,
    header,
    ciphertext: reader.take(reader.remaining - tagLength),
    tag: reader.take(tagLength),
  };
}

/** Writes control and clen for a plaintext of `plaintextLength` bytes. @see RFC 8548 §4.2 */
export function writeHeader(rekey: boolean, plaintextLength: number): Uint8Array {
  const length = plaintextLength + tagLength;
  if (length > maxCiphertextLength) {
    throw new RangeError(`a plaintext of ${plaintextLength} bytes does not fit into a frame`);
  }
  return Uint8Array.of(rekey ? rekeyBit : 0, length >>> 8, length & 0xff);
}

/**
 * Reads a decrypted frame, or `undefined` when it is too short for the urgent pointer it announces.
 *
 * ```text
 * byte   0      1    2     then
 *        flags  urgent     data     (urgent only when URGp is set)
 * ```
 *
 * The data share memory with `plaintext`.
 *
 * @see RFC 8548 §4.2.1
 */
export function readPlaintext(
  plaintext: Uint8Array,
): (FrameFlags & { readonly data: Uint8Array }) | undefined {
  const reader = new ByteReader(plaintext);
  if (reader.remaining < 1) return undefined;
  // The six other bits are reserved and ignored on receipt (RFC 8548 §4.2.1).
  const flags = reader.u8();
  const end = (flags & finBit) !== 0;
  if ((flags & urgentBit) === 0) return { end, data: reader.take(reader.remaining) };
  if (reader.remaining < 2) return undefined;
  return { end, urgent: reader.u16(), data: reader.take(reader.remaining) };
}

/** Writes what stands before the data: 1 byte, or 3 with an urgent pointer. @see RFC 8548 §4.2.1 */
export function writeFlags({ end, urgent }: FrameFlags): Uint8Array {
  const fin = end ? finBit : 0;
  if (urgent === undefined) return Uint8Array.of(fin);
  if (!Number.isInteger(urgent) || urgent < 0 || urgent > 0xffff) {
    throw new RangeError("expected an urgent pointer from 0 to 65535");
  }
  return Uint8Array.of(fin | urgentBit, urgent >>> 8, urgent & 0xff);
}
