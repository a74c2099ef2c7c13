/**
 * Whether the offset of a frame counts the Init message that stands before the first frame.
 *
 * RFC 8548 §3.6 says "the zero-indexed byte offset of the beginning of the current encryption frame
 * in the underlying TCP datastream", and §3.3 puts the Init messages "at the start of the data
 * streams". Read literally that counts them. The 2016 implementation of an older draft counted from
 * the first frame. In a resumed session there is no Init message and both readings agree.
 */
const offsetCountsInitMessage = true;

/** The offset of the first frame behind an Init message of so many bytes, or behind none. */
export function firstFrameOffset(initLength: number): bigint {
  return offsetCountsInitMessage ? BigInt(initLength) : 0n;
}

/**
 * The AEAD nonce of the frame at `offset`: the offset as a big-endian number, XOR the randomizer of
 * 12 bytes. Offsets wrap at 2^64.
 *
 * @see RFC 8548 §3.6 and §4.2.3
 */
export function frameNonce(randomizer: Uint8Array, offset: bigint): Uint8Array {
  const nonce = Uint8Array.from(randomizer);
  const view = new DataView(nonce.buffer);
  view.setBigUint64(nonce.length - 8, view.getBigUint64(nonce.length - 8) ^ offset);
  return nonce;
}
