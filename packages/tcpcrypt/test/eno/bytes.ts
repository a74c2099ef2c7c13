/** The bytes of a text like "45 06 23 24 21 22"; spaces are for the reader. */
export function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

/** A whole option with these contents; its kind and length come of themselves. */
export function option(contents: string): Uint8Array {
  const inner = bytes(contents);
  return Uint8Array.of(69, 2 + inner.length, ...inner);
}
