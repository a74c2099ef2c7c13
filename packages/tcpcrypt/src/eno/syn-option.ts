import { ByteReader } from "../byte-reader.ts";

/** The kind of the TCP option (RFC 8547 §11). */
export const enoKind = 69;

/** All the options of a TCP header together. */
const maxOptionLength = 40;
/** What a length byte can say (RFC 8547 §4.4). */
const maxCountedData = 32;

const passiveBit = 0x01;
const awareBit = 0x02;

/** The offer to use one TEP. */
export interface TepSuboption {
  /** Its identifier without the v bit: 0x20 to 0x7f. */
  readonly tep: number;
  /** There when v = 1, and then of any length; of none only as the option's last suboption. */
  readonly data?: Uint8Array;
}

/** What a SYN-form option says. */
export interface SynOption {
  /** Bits b and a; `undefined` when there is no such byte, which means both are 0. */
  readonly global: { readonly passive: boolean; readonly aware: boolean } | undefined;
  /** In the order of the option; host B's are in order of increasing priority. */
  readonly teps: readonly TepSuboption[];
}

/**
 * Reads a SYN-form option: all of it, from the kind on. `undefined` when it is ill-formed.
 *
 * ```text
 * byte  0   1       2 …
 *       69  length  suboptions, each beginning with a byte of
 *                   00–1f  global: 000 z1 z2 z3 a b
 *                   20–7f  TEP without data
 *                   80–9f  length byte: (it & 1f) + 1 bytes of data follow the next byte
 *                   a0–ff  TEP with data: to the end, unless a length byte came before
 * ```
 *
 * The views returned share memory with `option`.
 *
 * @see RFC 8547 §4.1, §4.2 and §4.4
 */
export function readSynOption(option: Uint8Array): SynOption | undefined {
  if (!isEnoOption(option)) return undefined;
  const reader = new ByteReader(option.subarray(2));
  const teps: TepSuboption[] = [];
  let global: SynOption["global"];
  while (reader.remaining > 0) {
    const first = reader.u8();
    if (first < 0x20) {
      // RFC 8547 §4.2: all but the first global suboption are ignored, and so are its z bits.
      global ??= { passive: (first & passiveBit) !== 0, aware: (first & awareBit) !== 0 };
    } else if (first < 0x80) {
      teps.push({ tep: first });
    } else if (first >= 0xa0) {
      teps.push({ tep: first & 0x7f, data: reader.take(reader.remaining) });
    } else {
      const length = (first & 0x1f) + 1;
      if (reader.remaining < 1 + length) return undefined;
      const identifier = reader.u8();
      if (identifier < 0xa0) return undefined;
      teps.push({ tep: identifier & 0x7f, data: reader.take(length) });
    }
  }
  return { global, teps };
}

/**
 * The bytes of a SYN-form option, from the kind on. Only data that are not last cost a length byte.
 *
 * @throws {RangeError} What the form cannot say: an identifier outside 0x20 to 0x7f, data of none or
 * more than 32 bytes that are not last, more than 40 bytes in all.
 * @see RFC 8547 §4.1, §4.2 and §4.4
 */
export function writeSynOption({ global, teps }: SynOption): Uint8Array {
  const contents: number[] = [];
  if (global !== undefined) {
    contents.push((global.passive ? passiveBit : 0) | (global.aware ? awareBit : 0));
  }
  for (const [index, { tep, data }] of teps.entries()) {
    if (!Number.isInteger(tep) || tep < 0x20 || tep > 0x7f) {
      throw new RangeError("expected a TEP identifier from 0x20 to 0x7f");
    }
    if (data === undefined) {
      contents.push(tep);
      continue;
    }
    if (index < teps.length - 1) contents.push(lengthByte(data));
    contents.push(0x80 | tep, ...data);
  }
  const length = 2 + contents.length;
  if (length > maxOptionLength) {
    throw new RangeError(`an option of ${length} bytes does not fit into a TCP header`);
  }
  return Uint8Array.of(enoKind, length, ...contents);
}

/** The option of every segment that is no SYN: tcpcrypt gives it no contents (RFC 8547 §4.1). */
export function writeNonSynOption(): Uint8Array {
  return Uint8Array.of(enoKind, 2);
}

/**
 * Whether `option` is one whole ENO option. That is all there is to know of the non-SYN form: its
 * contents are ignored (RFC 8547 §4.1).
 */
export function isEnoOption(option: Uint8Array): boolean {
  const [kind, length] = option;
  return kind === enoKind && length === option.length && length <= maxOptionLength;
}

function lengthByte({ length }: Uint8Array): number {
  if (length < 1 || length > maxCountedData) {
    throw new RangeError(`data of ${length} bytes can only stand in the last suboption`);
  }
  return 0x80 | (length - 1);
}
