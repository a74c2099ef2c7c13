/**
 * Type descriptions (BTF) of a map's key and value: a 32-bit number and an array of bytes. Socket
 * storage is only to be had with them.
 *
 * ```text
 * header   magic(2) version(1) flags(1) length(4) types(4) length(4) strings(4) length(4)
 * type     name(4) kind and count(4) size(4), then what belongs to the kind
 * ```
 *
 * @module
 */

/** Numbers of the types, in the order of {@link writeBtf}. */
export const btfType = { key: 1, byte: 2, value: 3 } as const;

const magic = 0xeb9f;
const headerLength = 24;
const kindInteger = 1 << 24;
const kindArray = 3 << 24;
const signed = 1 << 24;

/** The description of a key of 4 bytes and a value of `valueLength` bytes. */
export function writeBtf(valueLength: number): Uint8Array {
  const strings = new TextEncoder().encode("\0int\0u8\0");
  const types = words([
    [1, kindInteger, 4, signed | 32],
    [5, kindInteger, 1, 8],
    // Elements, index and count of an array.
    [0, kindArray, 0, btfType.byte, btfType.key, valueLength],
  ]);
  const header = words([
    [magic | (1 << 16), headerLength, 0, types.length, types.length, strings.length],
  ]);
  return Uint8Array.of(...header, ...types, ...strings);
}

function words(rows: readonly (readonly number[])[]): Uint8Array {
  const numbers = rows.flat();
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (const [index, number] of numbers.entries()) view.setUint32(4 * index, number, true);
  return bytes;
}
