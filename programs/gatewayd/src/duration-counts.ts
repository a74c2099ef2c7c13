/** How often something took how long, as a histogram of Prometheus wants it. */
export interface DurationCounts {
  observe(seconds: number): void;
  readonly sumSeconds: number;
  /** For each of the bounds, and then without one, how often it took no longer. */
  cumulative(): readonly { readonly upTo: number; readonly count: number }[];
}

/** Cheap enough for every request: a few comparisons, and no look-up. */
export function createDurationCounts(boundsInSeconds: readonly number[]): DurationCounts {
  const bounds = Float64Array.from(boundsInSeconds);
  const counts = new Float64Array(bounds.length + 1);
  let sumSeconds = 0;
  return {
    observe(seconds) {
      sumSeconds += seconds;
      let index = 0;
      while (index < bounds.length && seconds > (bounds[index] ?? 0)) index += 1;
      counts[index] = (counts[index] ?? 0) + 1;
    },
    get sumSeconds() {
      return sumSeconds;
    },
    cumulative() {
      let count = 0;
      return Array.from(counts, (own, index) => {
        count += own;
        return { upTo: bounds[index] ?? Number.POSITIVE_INFINITY, count };
      });
    },
  };
}
