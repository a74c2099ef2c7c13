/**
 * One worker's life as its supervisor sees it. Times are milliseconds of any clock that only goes
 * forward.
 *
 * ```text
 *  starting ── ready ──► ready ── exited ──► resting ── time over ──► starting
 *     └────── exited ─────────────────────────▲
 *  any of these ── stop ──► stopping ── exited ──► ended
 * ```
 *
 * @module
 */

export type WorkerLife =
  | { readonly state: "starting"; readonly since: number; readonly crashes: number }
  | {
      readonly state: "ready";
      readonly since: number;
      readonly crashes: number;
      /** The number of the last ping, and when the next one is due. */
      readonly ping: number;
      readonly pingAt: number;
      /** When the last ping was sent, until it is answered. */
      readonly owesSince?: number | undefined;
    }
  /** It crashed, and is started again later. */
  | { readonly state: "resting"; readonly until: number; readonly crashes: number }
  | { readonly state: "stopping" }
  | { readonly state: "ended" };

export type WorkerEvent =
  | { readonly type: "ready" | "exited" | "tick"; readonly now: number }
  | { readonly type: "pong"; readonly number: number }
  | { readonly type: "stop" };

export type WorkerEffect =
  | { readonly type: "spawn" }
  | { readonly type: "kill" }
  | { readonly type: "ping"; readonly number: number }
  /** What it was dialing is lost. */
  | { readonly type: "lost" };

export interface WorkerStep {
  readonly next: WorkerLife;
  readonly effects: readonly WorkerEffect[];
}

/** How often {@link stepWorker} wants a tick. */
export const tickMs = 250;
/** A worker that owes an answer for so long hangs. Found at a tick, and so within 2 seconds. */
export const hungMs = 1500;
const pingEveryMs = 500;
const lateMs = 600;
const startMs = 15_000;
const firstRestMs = 100;
const longestRestMs = 10_000;
/** After so long its earlier crashes do not count. */
const healthyMs = 60_000;

/** A worker that was just spawned. */
export function newWorker(now: number): WorkerLife {
  return { state: "starting", since: now, crashes: 0 };
}

/** Whether it answers: one that is late gets no new connections, long before it counts as hung. */
export function isResponsive(life: WorkerLife, now: number): boolean {
  return life.state === "ready" && now - (life.owesSince ?? now) < lateMs;
}

/** What follows from an event. */
export function stepWorker(life: WorkerLife, event: WorkerEvent): WorkerStep {
  switch (event.type) {
    case "ready":
      return life.state === "starting" ? step(readied(life.crashes, event.now)) : step(life);
    case "pong":
      return life.state === "ready" && life.ping === event.number
        ? step({ ...life, owesSince: undefined })
        : step(life);
    case "exited":
      return onExit(life, event.now);
    case "tick":
      return onTick(life, event.now);
    case "stop":
      return onStop(life);
  }
}

function readied(crashes: number, now: number): WorkerLife {
  return { state: "ready", since: now, crashes, ping: 0, pingAt: now + pingEveryMs };
}

function onExit(life: WorkerLife, now: number): WorkerStep {
  switch (life.state) {
    case "starting":
      return rest(life.crashes, now);
    case "ready":
      return rest(now - life.since >= healthyMs ? 0 : life.crashes, now);
    case "stopping":
      return step({ state: "ended" }, { type: "lost" });
    case "resting":
    case "ended":
      return step(life);
  }
}

function rest(crashes: number, now: number): WorkerStep {
  const pause = Math.min(longestRestMs, firstRestMs * 2 ** crashes);
  return step({ state: "resting", until: now + pause, crashes: crashes + 1 }, { type: "lost" });
}

function onTick(life: WorkerLife, now: number): WorkerStep {
  switch (life.state) {
    case "starting":
      return now - life.since < startMs ? step(life) : step(life, { type: "kill" });
    case "ready":
      return onTickWhenReady(life, now);
    case "resting": {
      if (now < life.until) return step(life);
      return step({ state: "starting", since: now, crashes: life.crashes }, { type: "spawn" });
    }
    case "stopping":
    case "ended":
      return step(life);
  }
}

function onTickWhenReady(life: WorkerLife & { readonly state: "ready" }, now: number): WorkerStep {
  if (life.owesSince !== undefined) {
    return now - life.owesSince < hungMs ? step(life) : step(life, { type: "kill" });
  }
  if (now < life.pingAt) return step(life);
  const ping = life.ping + 1;
  const next = { ...life, ping, pingAt: now + pingEveryMs, owesSince: now };
  return step(next, { type: "ping", number: ping });
}

function onStop(life: WorkerLife): WorkerStep {
  switch (life.state) {
    case "starting":
    case "ready":
    case "stopping":
      return step({ state: "stopping" });
    case "resting":
    case "ended":
      return step({ state: "ended" });
  }
}

function step(next: WorkerLife, ...effects: readonly WorkerEffect[]): WorkerStep {
  return { next, effects };
}
