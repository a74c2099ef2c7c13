/** A line is longer than it may be. */
export class LineTooLong extends Error {
  override readonly name = "LineTooLong";
}

/**
 * The lines of a stream of bytes, without their ends. What follows the last line end is left out.
 *
 * @throws {LineTooLong} after the lines before it
 */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for await (const piece of stream) {
    rest = Buffer.concat([rest, piece]);
    for (;;) {
      const end = rest.indexOf(0x0a);
      if (end > maxBytes || (end < 0 && rest.length > maxBytes)) throw new LineTooLong();
      if (end < 0) break;
      yield rest.subarray(0, end).toString("utf8");
      rest = rest.subarray(end + 1);
    }
  }
}
