import { randomBytes } from "node:crypto";
import { createDigestCache, createEncodedCache, type VerifiedCache } from "@countersign/ticket";
import { type CountedCache, countedCache } from "./counted-cache.ts";

/** What outlives a reload. */
export interface Kept {
  /** The cache for so many tickets: the one from before, unless that was for another number. */
  cacheFor(entries: number): CountedCache;
  /** The last one that was asked for. */
  readonly cache: CountedCache;
  /** For marks in addresses, which visitors bring back after a reload, too. */
  readonly loopKey: Uint8Array;
}

/** Nothing yet, but a random key. */
export function createKept(): Kept {
  let entries = 1;
  let cache = countedCache(createCache(entries));
  return {
    loopKey: randomBytes(32),
    get cache() {
      return cache;
    },
    cacheFor(wanted) {
      if (wanted !== entries) {
        cache = countedCache(createCache(wanted), cache.counts);
        entries = wanted;
      }
      return cache;
    },
  };
}

/** The faster kind holds the tickets themselves; with very many, a tenth of the memory counts more. */
function createCache(maxEntries: number): VerifiedCache {
  if (maxEntries > 50_000) return createDigestCache({ maxEntries });
  return createEncodedCache({ maxEntries, maxBytes: maxEntries * 3_000 });
}
