import { setTimeout as pause } from "node:timers/promises";

/** Asks again and again until `isSo` answers true; false when `withinMs` have passed. */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  withinMs: number,
): Promise<boolean> {
  const end = performance.now() + withinMs;
  for (;;) {
    if (await isSo()) return true;
    if (performance.now() >= end) return false;
    await pause(20);
  }
}
