import type { ServerResponse } from "node:http";
import type { Identity } from "@countersign/gateway";
import type { EpochSeconds } from "@countersign/ticket";
import { systemClock } from "./system-clock.ts";

/** Looked at again this often, since a ticket can end early; clocks are set, and machines sleep. */
const longestWaitMilliseconds = 60_000;
const shortestWaitMilliseconds = 1_000;

/** What has a last moment that may come sooner than expected. */
export interface Ending {
  /** The last second, as far as is known. */
  readonly lastSecond: EpochSeconds;
  readonly isOver: () => boolean;
  readonly now: () => EpochSeconds;
}

/** Does `action` once it is over, and gives back what calls that off. Keeps no process alive. */
export function onceOver({ lastSecond, isOver, now }: Ending, action: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = Math.max((lastSecond + 1 - now()) * 1000, shortestWaitMilliseconds);
    timer = setTimeout(look, Math.min(left, longestWaitMilliseconds));
    timer.unref();
  };
  const look = () => {
    if (isOver()) action();
    else wait();
  };
  wait();
  return () => clearTimeout(timer);
}

/** Cuts a long response (an event stream, a download) when the visitor's ticket ends. */
export function endsWithTicket(
  response: ServerResponse,
  { validUntil }: Identity,
  now: () => EpochSeconds = systemClock,
): void {
  const ending = { lastSecond: validUntil, isOver: () => now() > validUntil, now };
  // Not `end`: whoever still writes then would get an error.
  const stop = onceOver(ending, () => response.destroy());
  response.once("close", stop);
}
