import type { VerificationKey } from "./crypto.ts";
import type { EpochSeconds } from "./ticket.ts";
import {
  type AuthenticTicket,
  isSameKey,
  isTrusted,
  type VerifiedCache,
} from "./verified-cache.ts";

interface Entry extends AuthenticTicket {
  encoded: string;
  readonly text: string;
  readonly hash: number;
  readonly cost: number;
  /** The next entry in the same bucket of the hash table. */
  chained: Entry | undefined;
  /** Neighbours in the order of arrival, which SIEVE walks. */
  older: Entry | undefined;
  newer: Entry | undefined;
  wasUsed: boolean;
}

/**
 * What an entry takes beside its two texts. Measured: 550 bytes for what the login server writes;
 * the rest is for more tokens and fields.
 */
const fixedCost = 900;

/**
 * Creates a cache that looks tickets up by their encoded form, without decoding or hashing all of
 * it. For up to some ten thousand tickets in use; beyond that {@link createDigestCache} holds
 * each in less than a tenth of the memory.
 *
 * What leaves when it is full is decided by SIEVE (Zhang et al., NSDI 2024): the oldest entry that
 * was not used since the hand last passed.
 */
export function createEncodedCache(limits: {
  readonly maxEntries: number;
  /** Of the estimate that `bytes` gives. */
  readonly maxBytes: number;
}): VerifiedCache {
  return new EncodedCache(limits.maxEntries, limits.maxBytes);
}

class EncodedCache implements VerifiedCache {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #buckets: (Entry | undefined)[];
  #newest: Entry | undefined;
  #oldest: Entry | undefined;
  #hand: Entry | undefined;
  #entries = 0;
  #bytes = 0;

  constructor(maxEntries: number, maxBytes: number) {
    if (!(Number.isSafeInteger(maxEntries) && maxEntries >= 1)) {
      throw new RangeError("maxEntries is a whole number, at least 1");
    }
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    const size = 2 ** Math.ceil(Math.log2(maxEntries * 2));
    this.#buckets = new Array<Entry | undefined>(size).fill(undefined);
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  find(
    value: string,
    trusted: readonly VerificationKey[],
    now: EpochSeconds,
  ): AuthenticTicket | undefined {
    const hash = hashOfEnd(value);
    let entry = this.#buckets[hash & (this.#buckets.length - 1)];
    while (entry !== undefined) {
      if (entry.hash === hash && entry.encoded === value && isTrusted(entry.key, trusted)) {
        entry.wasUsed = true;
        if (now > entry.ticket.validUntil) this.#remove(entry);
        return entry;
      }
      entry = entry.chained;
    }
    return undefined;
  }

  remember(value: string, text: string, { ticket, key }: AuthenticTicket): void {
    const hash = hashOfEnd(value);
    const cost = value.length + text.length + fixedCost;
    if (cost > this.#maxBytes) return;
    this.#forgetOther(hash, text, key);
    while (this.#entries >= this.#maxEntries || this.#bytes + cost > this.#maxBytes) this.#evict();
    const slot = hash & (this.#buckets.length - 1);
    const entry: Entry = {
      ticket,
      key,
      encoded: detached(value),
      text,
      hash,
      cost,
      chained: this.#buckets[slot],
      older: this.#newest,
      newer: undefined,
      wasUsed: false,
    };
    this.#buckets[slot] = entry;
    if (this.#newest !== undefined) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
    this.#entries++;
    this.#bytes += cost;
  }

  /**
   * Percent-encoding gives one ticket many spellings. Only the last one is kept, so that nobody
   * fills the cache with a single ticket.
   */
  #forgetOther(hash: number, text: string, key: VerificationKey): void {
    let entry = this.#buckets[hash & (this.#buckets.length - 1)];
    while (entry !== undefined) {
      if (entry.hash === hash && entry.text === text && isSameKey(entry.key, key)) {
        this.#remove(entry);
        return;
      }
      entry = entry.chained;
    }
  }

  #evict(): void {
    let entry = this.#hand ?? this.#oldest;
    while (entry?.wasUsed) {
      entry.wasUsed = false;
      entry = entry.newer ?? this.#oldest;
    }
    if (entry === undefined) return;
    this.#hand = entry.newer;
    this.#remove(entry);
  }

  #remove(entry: Entry): void {
    const slot = entry.hash & (this.#buckets.length - 1);
    let before = this.#buckets[slot];
    if (before === entry) {
      this.#buckets[slot] = entry.chained;
    } else {
      while (before !== undefined && before.chained !== entry) before = before.chained;
      if (before !== undefined) before.chained = entry.chained;
    }
    if (this.#hand === entry) this.#hand = entry.newer;
    if (entry.newer === undefined) this.#newest = entry.older;
    else entry.newer.older = entry.older;
    if (entry.older === undefined) this.#oldest = entry.newer;
    else entry.older.newer = entry.newer;
    this.#entries--;
    this.#bytes -= entry.cost;
  }
}

const percent = 0x25;

/**
 * Hashes the last six characters as they are after percent-decoding, so that all spellings of one
 * ticket meet in one bucket. They are the end of a signature: nobody without the private key can
 * choose them, so nobody can make a bucket long.
 */
export function hashOfEnd(value: string): number {
  let hash = 0;
  let index = value.length - 1;
  for (let count = 0; count < 6 && index >= 0; count++) {
    let character = value.charCodeAt(index);
    if (index >= 2 && value.charCodeAt(index - 2) === percent) {
      character = (hexDigit(value.charCodeAt(index - 1)) << 4) | hexDigit(character);
      index -= 3;
    } else {
      index--;
    }
    hash = (Math.imul(hash, 31) + character) | 0;
  }
  return hash >>> 0;
}

/** Garbage for what is no hexadecimal digit: such a value was never stored. */
function hexDigit(character: number): number {
  return character <= 0x39 ? character - 0x30 : (character | 0x20) - 0x57;
}

/** A copy that does not keep the whole header alive, of which `value` may be a slice. */
function detached(value: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(value));
}
