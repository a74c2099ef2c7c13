import type { Endpoint } from "../../worker/messages.ts";
import { oneLine } from "./one-line.ts";
import { bypassText } from "./owned-table.ts";

/** Destinations that are left alone for a while, since they cannot encrypt. */
export interface Bypass {
  add(remote: Endpoint): void;
  /** How many the rules know. */
  readonly size: number;
}

export interface BypassOptions {
  readonly seconds: number;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Carries out one line of nft. */
  run(line: string): Promise<void>;
  failed(error: unknown): void;
}

/** nft keeps no more than this of each family, and neither do we. */
export const maxBypassed = 65_535;

/** Adds destinations to nft's sets, many at once where many come at once. */
export function createBypass({ seconds, now, run, failed }: BypassOptions): Bypass {
  const until = new Map<string, number>();
  const waiting = new Map<string, Endpoint>();
  const underWay = new Set<string>();
  let isRunning = false;

  async function write(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    while (waiting.size > 0) {
      const lines = [...waiting.values()].map((remote) => bypassText(remote, seconds));
      const keys = [...waiting.keys()];
      waiting.clear();
      const end = now() + seconds * 1000;
      try {
        await run(oneLine(lines));
        for (const key of keys) until.set(key, end);
      } catch (error) {
        failed(error);
      }
      for (const key of keys) underWay.delete(key);
    }
    isRunning = false;
  }

  function forgetOld(): void {
    for (const [key, end] of until) {
      // They were added in the order in which they end.
      if (end > now()) break;
      until.delete(key);
    }
  }

  return {
    add(remote) {
      forgetOld();
      const key = `${remote.address} ${remote.port}`;
      if (until.has(key) || underWay.has(key)) return;
      if (until.size + underWay.size >= maxBypassed) return;
      underWay.add(key);
      waiting.set(key, remote);
      void write();
    },
    get size() {
      forgetOld();
      return until.size;
    },
  };
}
