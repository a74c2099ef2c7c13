/**
 * What the program and user space write for each other into the maps: places in bytes.
 *
 * @module
 */

import type { AwareMode, Tep } from "@countersign/tcpcrypt";

/** The TEPs of tcpcrypt are numbered from here without a gap; tables have a row for each. */
export const firstTep = 0x21;
export const tepCount = 4;

/** The row of a TEP in the program's tables. */
export function tepIndex(tep: number): number {
  return tep - firstTep;
}

/** The longest option that a TCP header has room for. */
export const optionLength = 40;

/**
 * A socket's storage. User space writes it before connect(); the program completes it when the
 * connection is established.
 *
 * ```text
 * byte  0        1      2        3           4           8     9         16             32    72
 *       verdict  aware  passive  resumption  proposals   sent  received  expected half  sent  received
 *                                            (4 bytes)   (lengths)       (9 bytes)      (40)  (40)
 * ```
 */
export const record = {
  verdict: 0,
  aware: 1,
  /** Our b bit. */
  passive: 2,
  /** The TEP that we offered to resume with, as its index + 1, or 0. */
  resumption: 3,
  /** What we offered for each TEP: one of {@link proposal}. */
  proposals: 4,
  sentLength: 8,
  receivedLength: 9,
  expectedHalf: 16,
  sent: 32,
  received: 72,
  length: 112,
} as const;

/** {@link record}.verdict: `none` until the connection is established. */
export const verdict = { none: 0, agreed: 1, plain: 2 } as const;

export const proposal = { none: 0, fresh: 1, resumption: 2 } as const;

export const awareness = {
  off: 0,
  on: 1,
  mandatory: 2,
} as const satisfies Record<AwareMode, number>;

/** How the passive side answers on a local port (the key, 4 bytes in the machine's order). */
export const terms = { aware: 0, count: 1, teps: 2, keyLength: 4, length: 8 } as const;

/**
 * The key of `answers` and `claims`: a peer's half of a resumption identifier, with its TEP. In
 * `answers` also the local port (2 bytes in the machine's order) that it is for, or 0 for all.
 */
export const resumable = { tep: 0, half: 1, halfLength: 9, localPort: 10, length: 16 } as const;

/** What `answers` holds: our half. */
export const answer = { half: 0, length: 16 } as const;

/**
 * What `claims` holds: which connection a resumption was granted to, and the option that its
 * SYN-ACK carries.
 */
export const claim = {
  /** Addresses (16 bytes each), the peer's port and its initial sequence number. */
  claimant: 0,
  claimantLength: 40,
  used: 40,
  option: 48,
  optionLength: 24,
  length: 72,
} as const;

/** The bytes of {@link terms}. */
export function writeTerms(given: { teps: readonly Tep[]; aware: AwareMode }): Uint8Array {
  const teps = [...new Set(given.teps)];
  const bytes = new Uint8Array(terms.length);
  bytes[terms.aware] = awareness[given.aware];
  bytes[terms.count] = teps.length;
  bytes.set(teps, terms.teps);
  return bytes;
}

/** The bytes of {@link resumable}; for all local ports unless one is given. */
export function writeResumable(tep: Tep, half: Uint8Array, localPort = 0): Uint8Array {
  if (half.length !== resumable.halfLength) {
    throw new RangeError("expected half a resumption identifier: 9 bytes");
  }
  const bytes = new Uint8Array(resumable.length);
  bytes[resumable.tep] = tep;
  bytes.set(half, resumable.half);
  new DataView(bytes.buffer).setUint16(resumable.localPort, localPort, true);
  return bytes;
}
