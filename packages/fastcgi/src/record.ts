import { FastCgiError } from "./fastcgi-error.ts";

/** Record types by the names of the FastCGI specification, section 8, without `FCGI_`. */
export const recordType = {
  BEGIN_REQUEST: 1,
  ABORT_REQUEST: 2,
  END_REQUEST: 3,
  PARAMS: 4,
  STDIN: 5,
  STDOUT: 6,
  STDERR: 7,
  DATA: 8,
  GET_VALUES: 9,
  GET_VALUES_RESULT: 10,
  UNKNOWN_TYPE: 11,
} as const;

/** One record without its padding. `content` has at most 65,535 bytes. */
export interface FastCgiRecord {
  /** Any byte; the known ones stand in {@link recordType}. */
  readonly type: number;
  /** 0 for management records, else 1 to 65,535. */
  readonly requestId: number;
  readonly content: Uint8Array;
}

const headerLength = 8;
const maxContentLength = 0xffff;

/**
 * Takes the first record off `stream`, or returns `undefined` until all of it has arrived.
 *
 * ```text
 * byte  0        1     2–3        4–5            6              7
 *       version  type  requestId  contentLength  paddingLength  reserved  content  padding
 * ```
 *
 * The views returned share memory with `stream`.
 *
 * @throws {FastCgiError} `bad-version`.
 */
export function readRecord(
  stream: Uint8Array,
): { readonly record: FastCgiRecord; readonly rest: Uint8Array } | undefined {
  const [version, type = 0, idHigh, idLow, lengthHigh, lengthLow] = stream;
  if (version !== undefined && version !== 1) throw new FastCgiError("bad-version");
  const end = recordLength(stream);
  if (stream.length < end) return undefined;
  const contentEnd = headerLength + u16(lengthHigh, lengthLow);
  const content = stream.subarray(headerLength, contentEnd);
  return { record: { type, requestId: u16(idHigh, idLow), content }, rest: stream.subarray(end) };
}

/**
 * The bytes of one record, without padding.
 *
 * @throws {FastCgiError} `too-long`: content of more than 65,535 bytes.
 */
export function writeRecord(record: FastCgiRecord): Uint8Array {
  const { type, requestId, content } = record;
  if (content.length > maxContentLength) throw new FastCgiError("too-long");
  const bytes = new Uint8Array(headerLength + content.length);
  bytes.set([1, type, requestId >> 8, requestId, content.length >> 8, content.length]);
  bytes.set(content, headerLength);
  return bytes;
}

/**
 * Collects a byte stream that comes in pieces of any size, and gives its records.
 * Holds less than one record (65,798 bytes) between two calls.
 */
export class RecordReader {
  /** As long as the record whose beginning it holds, or as a header while that is incomplete. */
  #pending: Uint8Array = new Uint8Array(0);
  #filled = 0;

  /**
   * The records that `piece` completes. Their content is memory of its own.
   *
   * @throws {FastCgiError} `bad-version`; the reader is of no use afterwards.
   */
  read(piece: Uint8Array): FastCgiRecord[] {
    if (this.#filled + piece.length < this.#pending.length) {
      this.#pending.set(piece, this.#filled);
      this.#filled += piece.length;
      return [];
    }
    let stream = concatenate([this.#pending.subarray(0, this.#filled), piece]);
    const records: FastCgiRecord[] = [];
    for (let next = readRecord(stream); next !== undefined; next = readRecord(stream)) {
      records.push(next.record);
      stream = next.rest;
    }
    this.#filled = stream.length;
    this.#pending = new Uint8Array(this.#filled === 0 ? 0 : recordLength(stream));
    this.#pending.set(stream);
    return records;
  }
}

/** One array with the bytes of all. */
export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Bytes of the record that starts `stream`; those of its header until that is complete. */
function recordLength(stream: Uint8Array): number {
  if (stream.length < headerLength) return headerLength;
  return headerLength + u16(stream[4], stream[5]) + (stream[6] ?? 0);
}

function u16(high = 0, low = 0): number {
  return (high << 8) | low;
}
