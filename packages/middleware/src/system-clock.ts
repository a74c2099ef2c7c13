import type { EpochSeconds } from "@countersign/ticket";

/** The system's clock. */
export function systemClock(): EpochSeconds {
  return Math.floor(Date.now() / 1000);
}
