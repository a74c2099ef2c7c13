import assert from "node:assert/strict";
import { test } from "node:test";
import { createKeyPair, wipe } from "../src/crypto.ts";
import type { ConnectionEvent } from "../src/events.ts";
import { defaultConnectionLimits } from "../src/limits.ts";
import type { Exchange, Exchanging, State } from "../src/state.ts";
import { step } from "../src/step.ts";
import { begin, settlementOf, sharedSecret } from "./ends.ts";

/** Every state, and while frames go both ways every pair of their two directions' states. */
type Place =
  | Exclude<State["state"], "exchanging-frames">
  | `${Exchanging["outgoing"]["state"]} + ${Exchanging["incoming"]["state"]}`;

const limits = defaultConnectionLimits;
const deadline = begin + limits.keyExchangeMilliseconds;

function exchangeOf(role: "A" | "B"): Exchange {
  return {
    agreement: settlementOf(role),
    ciphers: [0x0001],
    keyPair: createKeyPair(0x23),
    nonce: new Uint8Array(32),
    deadline,
    cacheSecret: true,
  };
}

/** The state after some events, with what it needs to be advanced once more. */
function after(state: State, ...events: readonly ConnectionEvent[]): State {
  return events.reduce((now, event) => {
    const { next, spent } = step(now, event, limits);
    wipe(...spent);
    return next;
  }, state);
}

const start = { type: "start" } as const;
const end = { type: "application-end" } as const;

function exchanging(): State {
  const agreement = settlementOf("A", { resumed: true }) as never;
  const secret = sharedSecret().a;
  return after(
    { state: "expecting-start", begin: { agreement, secret, cacheSecret: true } },
    start,
  );
}

/** What the peer sends to end its stream, of generation 0. */
function peersEnd(): ConnectionEvent {
  const agreement = settlementOf("B", { resumed: true }) as never;
  const secret = sharedSecret().b;
  const peer = after(
    { state: "expecting-start", begin: { agreement, secret, cacheSecret: false } },
    start,
  );
  const [sent] = step(peer, end, limits).effects;
  assert.ok(sent?.type === "send");
  return { type: "received", bytes: Buffer.concat(sent.pieces) };
}

const places = {
  "expecting-start": () => ({ state: "expecting-start", begin: exchangeOf("A") }),
  "expecting-init1": () => after({ state: "expecting-start", begin: exchangeOf("B") }, start),
  "expecting-init2": () => after({ state: "expecting-start", begin: exchangeOf("A") }, start),
  "expecting-application-data + expecting-frame": exchanging,
  "expecting-application-data + expecting-fin": () => after(exchanging(), peersEnd()),
  "ended + expecting-frame": () => after(exchanging(), end),
  "ended + expecting-fin": () => after(exchanging(), end, peersEnd()),
  closed: () => ({ state: "closed" }),
  aborted: () => ({ state: "aborted", reason: "forged-frame" }),
} satisfies Record<Place, () => State>;

function placeOf(state: State): Place {
  if (state.state !== "exchanging-frames") return state.state;
  return `${state.outgoing.state} + ${state.incoming.state}`;
}

const events = {
  start,
  received: { type: "received", bytes: Buffer.from("GET / HTTP/1.1\r\n") },
  "received-fin": { type: "received-fin" },
  "application-data": { type: "application-data", bytes: Buffer.from("data") },
  "application-end": end,
  rekey: { type: "rekey" },
  "keep-alive": { type: "keep-alive", now: begin },
  tick: { type: "tick", now: deadline },
  close: { type: "close" },
} satisfies { [Type in ConnectionEvent["type"]]: Extract<ConnectionEvent, { type: Type }> };

const stays = "";
const closes = "→ closed";
const early = "abort early-application-data";
const late = "abort late-application-data";
const oneWay = "expecting-application-data + expecting-fin";

/** What each event leads to: effects, and the next place if it is another. */
const table = {
  "expecting-start": {
    start: "send wake-at → expecting-init2",
    received: "abort early-bytes",
    "received-fin": "abort end-in-key-exchange",
    "application-data": early,
    "application-end": early,
    rekey: stays,
    "keep-alive": stays,
    tick: stays,
    close: closes,
  },
  "expecting-init1": {
    start: stays,
    received: "abort bad-magic",
    "received-fin": "abort end-in-key-exchange",
    "application-data": early,
    "application-end": early,
    rekey: stays,
    "keep-alive": stays,
    tick: "abort key-exchange-timed-out",
    close: closes,
  },
  "expecting-init2": {
    start: stays,
    received: "abort bad-magic",
    "received-fin": "abort end-in-key-exchange",
    "application-data": early,
    "application-end": early,
    rekey: stays,
    "keep-alive": stays,
    tick: "abort key-exchange-timed-out",
    close: closes,
  },
  "expecting-application-data + expecting-frame": {
    start: stays,
    // Its second and third byte are read as the length of a frame, of which the rest is awaited.
    received: stays,
    "received-fin": "abort end-without-finp",
    "application-data": "send",
    "application-end": "send send-fin → ended + expecting-frame",
    rekey: "send",
    "keep-alive": "send wake-at",
    tick: stays,
    close: closes,
  },
  [oneWay]: {
    start: stays,
    received: "abort after-finp",
    "received-fin": stays,
    "application-data": "send",
    "application-end": "send send-fin → ended + expecting-fin",
    rekey: "send",
    "keep-alive": stays,
    tick: stays,
    close: closes,
  },
  "ended + expecting-frame": {
    start: stays,
    received: stays,
    "received-fin": "abort end-without-finp",
    "application-data": late,
    "application-end": stays,
    rekey: stays,
    "keep-alive": stays,
    tick: stays,
    close: closes,
  },
  "ended + expecting-fin": {
    start: stays,
    received: "abort after-finp",
    "received-fin": stays,
    "application-data": late,
    "application-end": stays,
    rekey: stays,
    "keep-alive": stays,
    tick: stays,
    close: closes,
  },
  closed: {
    start: stays,
    received: stays,
    "received-fin": stays,
    "application-data": stays,
    "application-end": stays,
    rekey: stays,
    "keep-alive": stays,
    tick: stays,
    close: stays,
  },
  aborted: {
    start: stays,
    received: stays,
    "received-fin": stays,
    "application-data": stays,
    "application-end": stays,
    rekey: stays,
    "keep-alive": stays,
    tick: stays,
    close: stays,
  },
} satisfies Record<Place, Record<ConnectionEvent["type"], string>>;

for (const [place, row] of Object.entries(table) as [Place, (typeof table)[Place]][]) {
  for (const [type, expected] of Object.entries(row) as [ConnectionEvent["type"], string][]) {
    test(`${place}, ${type}: ${expected || "nothing happens"}`, () => {
      const state: State = places[place]() as State;
      assert.equal(placeOf(state), place);
      const { next, effects } = step(state, events[type], limits);
      const words = effects.map((effect) =>
        effect.type === "abort" ? `abort ${effect.reason}` : effect.type,
      );
      const moved = placeOf(next);
      if (moved !== place && moved !== "aborted") words.push(`→ ${moved}`);
      assert.equal(words.join(" "), expected);
    });
  }
}
