import { sha256, type VerificationKey } from "./crypto.ts";
import { tryDecodeTicket } from "./encoding.ts";
import { parsePayload, splitSignature } from "./payload.ts";
import type { EpochSeconds } from "./ticket.ts";
import {
  type AuthenticTicket,
  isSameKey,
  isTrusted,
  type VerifiedCache,
} from "./verified-cache.ts";

const digestLength = 32;

/** Digest, end of validity (8), index of the key (2) and whether it was used (1). */
const slotLength = digestLength + 8 + 2 + 1;

const maxKeys = 0xffff;

/**
 * Creates a cache for very many tickets. Of each it keeps the SHA-256 of the exact text, with the
 * key that verified it and the end of its validity, in tables made once: 43 bytes a slot, at most
 * two thirds of the slots in use. A ticket that it finds is parsed again, which is still cheaper
 * than its signature.
 *
 * What leaves when it is full is decided by CLOCK: the next entry, in the order of the table, that
 * was not used since the hand last passed.
 */
export function createDigestCache(limits: { readonly maxEntries: number }): VerifiedCache {
  return new DigestCache(limits.maxEntries);
}

class DigestCache implements VerifiedCache {
  readonly #maxEntries: number;
  readonly #mask: number;
  readonly #digests: Buffer;
  readonly #validUntil: Float64Array;
  /** One more than the place of the key in `#keys`; 0 marks an empty slot. */
  readonly #keyIndex: Uint16Array;
  readonly #wasUsed: Uint8Array;
  readonly #keys: VerificationKey[] = [];
  #hand = 0;
  #entries = 0;

  constructor(maxEntries: number) {
    if (!(Number.isSafeInteger(maxEntries) && maxEntries >= 1 && maxEntries <= 2 ** 25)) {
      throw new RangeError("maxEntries is a whole number from 1 to 33554432");
    }
    this.#maxEntries = maxEntries;
    const slots = 2 ** Math.ceil(Math.log2(maxEntries * 1.5));
    this.#mask = slots - 1;
    this.#digests = Buffer.alloc(slots * digestLength);
    this.#validUntil = new Float64Array(slots);
    this.#keyIndex = new Uint16Array(slots);
    this.#wasUsed = new Uint8Array(slots);
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return (this.#mask + 1) * slotLength;
  }

  find(
    value: string,
    trusted: readonly VerificationKey[],
    now: EpochSeconds,
  ): AuthenticTicket | undefined {
    if (this.#entries === 0) return undefined;
    const text = tryDecodeTicket(value);
    if (text === undefined) return undefined;
    const slot = this.#slotOf(sha256(text));
    const key = this.#keys[(this.#keyIndex[slot] ?? 0) - 1];
    if (key === undefined || !isTrusted(key, trusted)) return undefined;
    this.#wasUsed[slot] = 1;
    if (now > (this.#validUntil[slot] ?? 0)) this.#empty(slot);
    return { ticket: parsePayload(splitSignature(text).payload, key.multifactor), key };
  }

  remember(_value: string, text: string, { ticket, key }: AuthenticTicket): void {
    const keyIndex = this.#indexOf(key);
    if (keyIndex === undefined) return;
    const digest = sha256(text);
    let slot = this.#slotOf(digest);
    if (this.#keyIndex[slot] === 0) {
      if (this.#entries >= this.#maxEntries) {
        this.#evict();
        slot = this.#slotOf(digest);
      }
      this.#digests.set(digest, slot * digestLength);
      this.#entries++;
    }
    this.#validUntil[slot] = ticket.validUntil;
    this.#keyIndex[slot] = keyIndex;
    this.#wasUsed[slot] = 0;
  }

  /** The slot that holds the digest, or the empty one where it belongs. */
  #slotOf(digest: Uint8Array): number {
    let slot = homeOf(digest, 0) & this.#mask;
    while (this.#keyIndex[slot] !== 0 && !this.#holds(slot, digest)) slot = (slot + 1) & this.#mask;
    return slot;
  }

  #holds(slot: number, digest: Uint8Array): boolean {
    const start = slot * digestLength;
    return this.#digests.compare(digest, 0, digestLength, start, start + digestLength) === 0;
  }

  #indexOf(key: VerificationKey): number | undefined {
    const index = this.#keys.findIndex((known) => isSameKey(known, key));
    if (index !== -1) return index + 1;
    return this.#keys.length < maxKeys ? this.#keys.push(key) : undefined;
  }

  #evict(): void {
    while (this.#keyIndex[this.#hand] === 0 || this.#wasUsed[this.#hand] === 1) {
      this.#wasUsed[this.#hand] = 0;
      this.#hand = (this.#hand + 1) & this.#mask;
    }
    this.#empty(this.#hand);
  }

  /** Moves later entries of the same run up, so that no search ends at the gap. */
  #empty(gap: number): void {
    let hole = gap;
    let slot = (gap + 1) & this.#mask;
    while (this.#keyIndex[slot] !== 0) {
      const home = homeOf(this.#digests, slot * digestLength) & this.#mask;
      // It may move only if its home is not between the hole and itself.
      if (((slot - home) & this.#mask) >= ((slot - hole) & this.#mask)) {
        this.#move(slot, hole);
        hole = slot;
      }
      slot = (slot + 1) & this.#mask;
    }
    this.#keyIndex[hole] = 0;
    this.#entries--;
  }

  #move(from: number, to: number): void {
    const start = from * digestLength;
    this.#digests.copyWithin(to * digestLength, start, start + digestLength);
    this.#validUntil[to] = this.#validUntil[from] ?? 0;
    this.#keyIndex[to] = this.#keyIndex[from] ?? 0;
    this.#wasUsed[to] = this.#wasUsed[from] ?? 0;
  }
}

/** Where a search begins: any bits of a SHA-256 will do. */
function homeOf(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  return (high << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}
