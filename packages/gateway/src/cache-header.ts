/**
 * Whether a header of an answer tells caches how long to keep it, by its name in any case. An answer
 * with somebody's ticket has none but `Cache-Control: no-store`: those for single caches
 * (`CDN-Cache-Control`, RFC 9213; `X-Accel-Expires`) count before that.
 */
export function isCacheHeader(name: string): boolean {
  return cacheHeader.test(name);
}

const cacheHeader = /^(?:(?:.*-)?cache-control|surrogate-control|edge-control|(?:.*-)?expires)$/i;
