/** A clock that moves only when a test says so. */
export interface Clock {
  /** Seconds since 1970, as programs take it. */
  readonly now: () => number;
  advance(seconds: number): void;
}

/** A clock that stands at `start` (seconds since 1970). */
export function createClock(start: number): Clock {
  let seconds = start;
  return {
    now: () => seconds,
    advance: (by) => {
      seconds += by;
    },
  };
}
