import type { VerifiedCache } from "@countersign/ticket";

/** What became of the tickets that visitors brought. */
export interface CacheCounts {
  /** Known from before. */
  readonly hits: number;
  /** Not known, so that the signature had to be checked. */
  readonly misses: number;
  /** Of those, the ones with a good signature that are still good for something. */
  readonly remembered: number;
}

/** A cache that counts what it is asked. */
export interface CountedCache extends VerifiedCache {
  readonly counts: CacheCounts;
}

/** The same cache, counted on from `before`. */
export function countedCache(
  cache: VerifiedCache,
  before: CacheCounts = { hits: 0, misses: 0, remembered: 0 },
): CountedCache {
  const counts = { ...before };
  return {
    counts,
    find(value, trusted, now) {
      const found = cache.find(value, trusted, now);
      if (found === undefined) counts.misses += 1;
      else counts.hits += 1;
      return found;
    },
    remember(value, text, authentic) {
      counts.remembered += 1;
      cache.remember(value, text, authentic);
    },
    get entries() {
      return cache.entries;
    },
    get bytes() {
      return cache.bytes;
    },
  };
}
