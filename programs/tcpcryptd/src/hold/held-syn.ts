/**
 * What becomes of the SYN that an application sent while a worker dials its destination. Times are
 * milliseconds of any clock that only goes forward.
 *
 * ```text
 *            ┌── hold time over ──► waiting ── outcome ──► answered
 *  holding ──┤◄───────── syn ───────────┘                     │ syn
 *            └── outcome ───────────► let-go (connected) ◄────┤
 *                                     over   (refused …) ◄────┘
 * ```
 *
 * @module
 */

/** How the dial ended. */
export type Outcome = "connected" | "refused" | "unreachable" | "timed-out";

interface Seen {
  /** When the first and the last SYN of this connection came. */
  readonly firstSynAt: number;
  readonly lastSynAt: number;
}

export type HeldSyn =
  /** The dial is under way, and the last SYN waits for its verdict. */
  | ({ readonly state: "holding"; readonly packetId: number } & Seen)
  /** The dial is under way, and the SYN was dropped: the kernel will send it again. */
  | ({ readonly state: "waiting" } & Seen)
  /** The dial ended while there was no SYN to answer; the next one gets the answer. */
  | ({ readonly state: "answered"; readonly outcome: Exclude<Outcome, "timed-out"> } & Seen)
  /** The connection goes to the worker; a SYN that got lost on the way goes there again. */
  | ({ readonly state: "let-go" } & Seen)
  /** Nothing is left to be known. */
  | { readonly state: "over" };

export type HeldEvent =
  | { readonly type: "syn"; readonly packetId: number; readonly now: number }
  | { readonly type: "outcome"; readonly outcome: Outcome }
  /** Time has passed. */
  | { readonly type: "clock"; readonly now: number }
  | { readonly type: "worker-died" }
  /** The application opened another connection with the same addresses and ports. */
  | { readonly type: "superseded" };

export type HeldEffect =
  | { readonly type: "let-go" | "refuse" | "unreachable" | "drop"; readonly packetId: number }
  /** Close what the worker dialed: nobody will come for it. */
  | { readonly type: "abandon" };

export interface HeldStep {
  readonly next: HeldSyn;
  readonly effects: readonly HeldEffect[];
}

/**
 * TCP does not send a SYN again that still waits for a verdict. So it is dropped before its timer
 * runs out after one second (RFC 6298), and time-outs remain the application's own.
 */
export const holdMs = 900;

/** How long after a connection was let go its SYN may still come again. */
export const rememberMs = 10_000;

/** How much later than expected the next SYN may come, before the application has given up. */
const slackMs = 3_000;

/** A dial that has just begun for a SYN. */
export function hold(packetId: number, now: number): HeldSyn {
  return { state: "holding", packetId, firstSynAt: now, lastSynAt: now };
}

/** When {@link stepHeldSyn} wants a `clock` event; `undefined` for never. */
export function dueAt(held: HeldSyn): number | undefined {
  switch (held.state) {
    case "holding":
      return held.lastSynAt + holdMs;
    case "waiting":
    case "answered":
      // The gaps between SYNs double: the next one comes as long after the last as that after the first.
      return held.lastSynAt + (held.lastSynAt - held.firstSynAt) + slackMs;
    case "let-go":
      return held.lastSynAt + rememberMs;
    case "over":
      return undefined;
  }
}

/** What follows from an event. */
export function stepHeldSyn(held: HeldSyn, event: HeldEvent): HeldStep {
  switch (event.type) {
    case "syn":
      return onSyn(held, event);
    case "outcome":
      return onOutcome(held, event.outcome);
    case "clock":
      return onClock(held, event.now);
    case "worker-died":
      return onWorkerDied(held);
    case "superseded":
      return { next: over, effects: leaving(held) };
  }
}

const over: HeldSyn = { state: "over" };

function onSyn(held: HeldSyn, { packetId, now }: { packetId: number; now: number }): HeldStep {
  switch (held.state) {
    case "holding":
      return {
        next: { ...held, packetId, lastSynAt: now },
        effects: [{ type: "drop", packetId: held.packetId }],
      };
    case "waiting":
      return { next: { ...held, state: "holding", packetId, lastSynAt: now }, effects: [] };
    case "answered":
      return answer(held, held.outcome, packetId, now);
    case "let-go":
      return { next: { ...held, lastSynAt: now }, effects: [{ type: "let-go", packetId }] };
    case "over":
      return { next: over, effects: [{ type: "drop", packetId }] };
  }
}

function onOutcome(held: HeldSyn, outcome: Outcome): HeldStep {
  switch (held.state) {
    case "holding":
      return answer(held, outcome, held.packetId, held.lastSynAt);
    case "waiting":
      if (outcome === "timed-out") return { next: over, effects: [] };
      return { next: { ...held, state: "answered", outcome }, effects: [] };
    case "answered":
    case "let-go":
    case "over":
      return { next: held, effects: [] };
  }
}

function answer(seen: Seen, outcome: Outcome, packetId: number, now: number): HeldStep {
  const { firstSynAt } = seen;
  switch (outcome) {
    case "connected":
      return {
        next: { state: "let-go", firstSynAt, lastSynAt: now },
        effects: [{ type: "let-go", packetId }],
      };
    case "refused":
      return { next: over, effects: [{ type: "refuse", packetId }] };
    case "unreachable":
      return { next: over, effects: [{ type: "unreachable", packetId }] };
    case "timed-out":
      return { next: over, effects: [{ type: "drop", packetId }] };
  }
}

function onClock(held: HeldSyn, now: number): HeldStep {
  const due = dueAt(held);
  if (due === undefined || now < due) return { next: held, effects: [] };
  if (held.state !== "holding") return { next: over, effects: leaving(held) };
  const { packetId, firstSynAt, lastSynAt } = held;
  const next: HeldSyn = { state: "waiting", firstSynAt, lastSynAt };
  return { next, effects: [{ type: "drop", packetId }] };
}

function onWorkerDied(held: HeldSyn): HeldStep {
  // Refused is refused, whoever dialed.
  const isKnown = held.state === "answered" && held.outcome !== "connected";
  if (isKnown) return { next: held, effects: [] };
  // The SYN comes again, and another worker dials.
  return { next: over, effects: leaving(held).filter(({ type }) => type === "drop") };
}

/** What is to be put in order when nobody asks for this dial any more. */
function leaving(held: HeldSyn): readonly HeldEffect[] {
  switch (held.state) {
    case "holding":
      return [{ type: "drop", packetId: held.packetId }, { type: "abandon" }];
    case "waiting":
      return [{ type: "abandon" }];
    case "answered":
      return held.outcome === "connected" ? [{ type: "abandon" }] : [];
    case "let-go":
    case "over":
      return [];
  }
}
