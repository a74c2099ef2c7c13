import assert from "node:assert/strict";
import { test } from "node:test";
import {
  dueAt,
  type HeldEffect,
  type HeldEvent,
  type HeldSyn,
  hold,
  holdMs,
  rememberMs,
  stepHeldSyn,
} from "../../src/hold/held-syn.ts";

const seen = { firstSynAt: 1000, lastSynAt: 2000 };
/** No SYN came for as long again as between the first and the last, and 3 seconds more. */
const givenUpAt = 6000;

const states = {
  holding: { state: "holding", packetId: 1, ...seen },
  waiting: { state: "waiting", ...seen },
  connected: { state: "answered", outcome: "connected", ...seen },
  refused: { state: "answered", outcome: "refused", ...seen },
  unreachable: { state: "answered", outcome: "unreachable", ...seen },
  "let-go": { state: "let-go", ...seen },
  over: { state: "over" },
} satisfies Record<string, HeldSyn>;

const events = {
  syn: { type: "syn", packetId: 2, now: 2500 },
  connected: { type: "outcome", outcome: "connected" },
  refused: { type: "outcome", outcome: "refused" },
  unreachable: { type: "outcome", outcome: "unreachable" },
  "timed-out": { type: "outcome", outcome: "timed-out" },
  "too early": { type: "clock", now: 2000 + holdMs - 1 },
  "hold time over": { type: "clock", now: 2000 + holdMs },
  "given up": { type: "clock", now: givenUpAt },
  "remembered long enough": { type: "clock", now: 2000 + rememberMs },
  "worker died": { type: "worker-died" },
  superseded: { type: "superseded" },
} satisfies Record<string, HeldEvent>;

type StateName = keyof typeof states;
type EventName = keyof typeof events;

/** What follows, in words: the effects, and the state after them. */
const follows = {
  holding: {
    syn: "drop 1 → holding",
    connected: "let-go 1 → let-go",
    refused: "refuse 1 → over",
    unreachable: "unreachable 1 → over",
    "timed-out": "drop 1 → over",
    "too early": "→ holding",
    "hold time over": "drop 1 → waiting",
    "given up": "drop 1 → waiting",
    "remembered long enough": "drop 1 → waiting",
    // Whoever sends the SYN again gets another worker.
    "worker died": "drop 1 → over",
    superseded: "drop 1 abandon → over",
  },
  waiting: {
    syn: "→ holding",
    connected: "→ answered",
    refused: "→ answered",
    unreachable: "→ answered",
    "timed-out": "→ over",
    "too early": "→ waiting",
    "hold time over": "→ waiting",
    "given up": "abandon → over",
    "remembered long enough": "abandon → over",
    "worker died": "→ over",
    superseded: "abandon → over",
  },
  connected: {
    syn: "let-go 2 → let-go",
    connected: "→ answered",
    refused: "→ answered",
    unreachable: "→ answered",
    "timed-out": "→ answered",
    "too early": "→ answered",
    "hold time over": "→ answered",
    "given up": "abandon → over",
    "remembered long enough": "abandon → over",
    "worker died": "→ over",
    superseded: "abandon → over",
  },
  refused: answeredBy("refuse 2"),
  unreachable: answeredBy("unreachable 2"),
  "let-go": {
    syn: "let-go 2 → let-go",
    connected: "→ let-go",
    refused: "→ let-go",
    unreachable: "→ let-go",
    "timed-out": "→ let-go",
    "too early": "→ let-go",
    "hold time over": "→ let-go",
    "given up": "→ let-go",
    "remembered long enough": "→ over",
    "worker died": "→ over",
    // The worker has given it to its application long since.
    superseded: "→ over",
  },
  over: {
    syn: "drop 2 → over",
    connected: "→ over",
    refused: "→ over",
    unreachable: "→ over",
    "timed-out": "→ over",
    "too early": "→ over",
    "hold time over": "→ over",
    "given up": "→ over",
    "remembered long enough": "→ over",
    "worker died": "→ over",
    superseded: "→ over",
  },
} satisfies Record<StateName, Record<EventName, string>>;

function answeredBy(effect: string) {
  return {
    syn: `${effect} → over`,
    connected: "→ answered",
    refused: "→ answered",
    unreachable: "→ answered",
    "timed-out": "→ answered",
    "too early": "→ answered",
    "hold time over": "→ answered",
    "given up": "→ over",
    "remembered long enough": "→ over",
    // Refused is refused, whoever dialed.
    "worker died": "→ answered",
    superseded: "→ over",
  };
}

for (const [stateName, held] of Object.entries(states)) {
  for (const [eventName, event] of Object.entries(events)) {
    const expected = follows[stateName as StateName][eventName as EventName];
    test(`${stateName}, ${eventName}: ${expected}`, () => {
      const { next, effects } = stepHeldSyn(held, event);
      assert.equal([...effects.map(words), "→", next.state].join(" "), expected);
    });
  }
}

test("waits for the next SYN as TCP's own pauses grow", () => {
  // TCP sends a SYN after 0, 1, 3, 7, 15, 31 and 63 seconds.
  let held: HeldSyn = { state: "waiting", firstSynAt: 0, lastSynAt: 0 };
  for (const now of [1000, 3000, 7000, 15_000, 31_000, 63_000]) {
    assert.ok((dueAt(held) ?? 0) > now, `at ${now} ms`);
    held = stepHeldSyn(held, { type: "syn", packetId: 1, now }).next;
    assert.equal(dueAt(held), now + holdMs);
    held = stepHeldSyn(held, { type: "clock", now: now + holdMs }).next;
    assert.equal(held.state, "waiting");
  }
});

test("drops a SYN before TCP would send it again", () => {
  assert.equal(dueAt(hold(1, 0)), holdMs);
  assert.ok(holdMs < 1000);
});

function words(effect: HeldEffect): string {
  return effect.type === "abandon" ? "abandon" : `${effect.type} ${effect.packetId}`;
}
