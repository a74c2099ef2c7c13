import { FastCgiError } from "./fastcgi-error.ts";

/** At most so many pairs are read from one stream. */
export const maxPairs = 512;

/**
 * Reads name-value pairs. Bytes become characters one to one (Latin-1), as Node does with headers:
 * what they mean, the application knows.
 *
 * ```text
 * nameLength  valueLength  name  value      a length is 1 byte below 128, else 4 bytes with the top bit set
 * ```
 *
 * @throws {FastCgiError} `bad-pair`, `repeated-name` or `too-many-pairs`.
 */
export function readNameValues(bytes: Uint8Array): Map<string, string> {
  const pairs = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const name = readLength(bytes, at);
    const value = readLength(bytes, name.end);
    const valueStart = value.end + name.length;
    const end = valueStart + value.length;
    if (end > bytes.length) throw new FastCgiError("bad-pair");
    const key = latin1(bytes.subarray(value.end, valueStart));
    // Which of two values another reader believes is anybody's guess.
    if (pairs.has(key)) throw new FastCgiError("repeated-name");
    if (pairs.size === maxPairs) throw new FastCgiError("too-many-pairs");
    pairs.set(key, latin1(bytes.subarray(valueStart, end)));
    at = end;
  }
  return pairs;
}

/**
 * Writes what {@link readNameValues} reads.
 *
 * @throws {FastCgiError} `bad-pair`: a character above U+00FF.
 */
export function writeNameValues(pairs: ReadonlyMap<string, string>): Uint8Array {
  const bytes: number[] = [];
  for (const [name, value] of pairs) {
    writeLength(bytes, name.length);
    writeLength(bytes, value.length);
    for (const text of [name, value]) {
      for (let index = 0; index < text.length; index += 1) {
        const code = text.charCodeAt(index);
        if (code > 0xff) throw new FastCgiError("bad-pair");
        bytes.push(code);
      }
    }
  }
  return Uint8Array.from(bytes);
}

function readLength(bytes: Uint8Array, at: number): { length: number; end: number } {
  const first = bytes[at];
  if (first === undefined) throw new FastCgiError("bad-pair");
  if (first < 0x80) return { length: first, end: at + 1 };
  const [b2, b1, b0] = bytes.subarray(at + 1, at + 4);
  if (b2 === undefined || b1 === undefined || b0 === undefined) throw new FastCgiError("bad-pair");
  return { length: ((first & 0x7f) << 24) | (b2 << 16) | (b1 << 8) | b0, end: at + 4 };
}

function writeLength(bytes: number[], length: number): void {
  if (length < 0x80) bytes.push(length);
  else
    bytes.push(
      (length >>> 24) | 0x80,
      (length >>> 16) & 0xff,
      (length >>> 8) & 0xff,
      length & 0xff,
    );
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  // Pieces: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}
