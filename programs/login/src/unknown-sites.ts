import type { EpochSeconds } from "@countersign/ticket";
import type { Log } from "./world.ts";

/** Tells the operator of sites that visitors come from and `sites` does not list. */
export type ReportUnknownSite = (origin: string) => void;

const minute = 60;
const originsInAMinute = 5;

/**
 * Writes each origin to the log once in a minute, and few in all: links with any address bring visitors
 * here. The others are counted.
 */
export function createUnknownSiteReport(log: Log, now: () => EpochSeconds): ReportUnknownSite {
  let began = now();
  let leftOut = 0;
  const seen = new Set<string>();
  return (origin) => {
    // The clock may have been set back.
    if (Math.abs(now() - began) >= minute) {
      if (leftOut > 0) log.warn({ times: leftOut }, `${message}: more of these were left out`);
      began = now();
      leftOut = 0;
      seen.clear();
    }
    if (seen.has(origin) || seen.size >= originsInAMinute) {
      leftOut += 1;
      return;
    }
    seen.add(origin);
    log.warn({ origin: origin.slice(0, 300) }, message);
  };
}

const message = "nobody is sent back to a site that `sites` does not list";
