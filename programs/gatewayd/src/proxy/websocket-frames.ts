/**
 * Finds where the frames of a WebSocket end while their bytes pass by, so that a frame of our own can
 * stand between two of them. It reads lengths and nothing else.
 *
 * ```text
 * byte   0                    1                       2 …
 *        FIN, RSV, opcode     MASK, length (7 bits)   length (0, 2 or 8 bytes)
 *                                                     masking key (0 or 4 bytes), payload
 * ```
 *
 * @see RFC 6455 §5.2
 */
export class FrameFollower {
  /** The bytes of a header that has begun; the longest has 14. */
  #header: number[] = [];
  #payloadLeft = 0;

  /** Whether a frame may be sent now. */
  get isBetweenFrames(): boolean {
    return this.#header.length === 0 && this.#payloadLeft === 0;
  }

  /**
   * Follows the bytes that pass next. Gives how many of them belong to the frame under way: all,
   * unless it ends among them.
   */
  follow(bytes: Uint8Array): number {
    let firstEnd: number | undefined;
    let position = 0;
    while (position < bytes.length) {
      if (this.#payloadLeft > 0) {
        const taken = Math.min(this.#payloadLeft, bytes.length - position);
        this.#payloadLeft -= taken;
        position += taken;
      } else {
        this.#header.push(bytes[position] ?? 0);
        position += 1;
        this.#readHeader();
      }
      if (this.isBetweenFrames) firstEnd ??= position;
    }
    return firstEnd ?? bytes.length;
  }

  #readHeader(): void {
    const [, second] = this.#header;
    if (second === undefined) return;
    const lengthBytes = extendedLengths[second & 0x7f] ?? 0;
    const hasMask = (second & 0x80) !== 0;
    if (this.#header.length < 2 + lengthBytes + (hasMask ? 4 : 0)) return;
    const extended = this.#header.slice(2, 2 + lengthBytes);
    // Beyond 2 to the 53rd it is not exact; nobody lives to see such a frame end.
    const length = extended.reduce((sum, byte) => sum * 256 + byte, 0);
    this.#payloadLeft = lengthBytes === 0 ? second & 0x7f : length;
    this.#header = [];
  }
}

const extendedLengths: Readonly<Record<number, number>> = { 126: 2, 127: 8 };

/**
 * A close frame with a status code (RFC 6455 §5.5.1) and a reason of at most 123 bytes. Frames to a
 * server need a masking key of 4 random bytes; those to a client have none (§5.1).
 */
export function closeFrame(code: number, reason: string, maskingKey?: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(reason);
  const payload = Uint8Array.of(code >> 8, code & 0xff, ...text);
  if (payload.length > 125) throw new RangeError("a reason of at most 123 bytes was expected");
  if (maskingKey === undefined) return Uint8Array.of(0x88, payload.length, ...payload);
  const masked = payload.map((byte, index) => byte ^ (maskingKey[index % 4] ?? 0));
  return Uint8Array.of(0x88, 0x80 | payload.length, ...maskingKey, ...masked);
}
