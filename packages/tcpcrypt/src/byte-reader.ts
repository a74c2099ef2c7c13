/** Reads bytes from the front to the end. Views that it gives share memory with `bytes`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes have not been read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  /** @throws {RangeError} Fewer bytes remain; look at {@link ByteReader.remaining} first. */
  u8(): number {
    return this.#unsigned(1);
  }

  /** Two bytes, the high one first. @throws {RangeError} As {@link ByteReader.u8}. */
  u16(): number {
    return this.#unsigned(2);
  }

  /** Four bytes, the high one first. @throws {RangeError} As {@link ByteReader.u8}. */
  u32(): number {
    return this.#unsigned(4);
  }

  /** The next `length` bytes as a view. @throws {RangeError} As {@link ByteReader.u8}. */
  take(length: number): Uint8Array {
    if (length > this.remaining) {
      throw new RangeError(`expected ${length} more bytes, found ${this.remaining}`);
    }
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }

  #unsigned(length: number): number {
    return this.take(length).reduce((value, byte) => value * 0x100 + byte, 0);
  }
}
