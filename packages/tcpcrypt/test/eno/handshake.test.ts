import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { DisableReason } from "../../src/eno/disable-reason.ts";
import {
  type Handshake,
  type HandshakeEffect,
  type HandshakeEvent,
  negotiate,
  type ReceivedSegment,
} from "../../src/eno/handshake.ts";
import { settle } from "../../src/eno/settle.ts";
import type { Terms } from "../../src/eno/terms.ts";
import { bytes, option } from "./bytes.ts";

const terms: Terms = { teps: [0x23], aware: "off" };
const offer = option("23 24");
const answer = option("01 23");
const nonSyn = bytes("45 02");

const asA = agreementOf(offer, answer);
const asB = agreementOf(answer, offer);
const handshakes = {
  active: { state: "expecting-syn", opener: { opens: "actively", terms, option: offer } },
  passive: { state: "expecting-syn", opener: { opens: "passively", terms } },
  "ack expected": { state: "expecting-ack", sentAck: false, sent: answer, agreement: asB },
  "ack sent": { state: "expecting-ack", sentAck: true, sent: answer, agreement: asB },
  "ack due": { state: "sending-ack", sent: offer, agreement: asA },
  announcing: { state: "encrypting", receivedNonSyn: false, sent: offer, agreement: asA },
  encrypting: { state: "encrypting", receivedNonSyn: true, sent: offer, agreement: asA },
  disabled: { state: "disabled", reason: "no-option" },
} as const satisfies Record<string, Handshake>;
type Name = keyof typeof handshakes;

const fromB = { enoOptions: [answer], hasData: false };
const events = {
  "send syn": { type: "sending", segment: "syn" },
  "send syn again": { type: "sending", segment: "retransmitted-syn", withOption: true },
  "send syn again, without": { type: "sending", segment: "retransmitted-syn", withOption: false },
  "send syn-ack": { type: "sending", segment: "syn-ack" },
  "send ack": { type: "sending", segment: "ack" },
  "send data": { type: "sending", segment: "data" },
  syn: received({ kind: "syn", ...fromB }),
  "syn with data": received({ kind: "syn", enoOptions: [answer], hasData: true }),
  "syn without": received({ kind: "syn", enoOptions: [], hasData: false }),
  "syn without, with data": received({ kind: "syn", enoOptions: [], hasData: true }),
  "syn twice": received({ kind: "syn", enoOptions: [answer, answer], hasData: false }),
  "syn twice, with data": received({ kind: "syn", enoOptions: [answer, answer], hasData: true }),
  "syn ill-formed": received({ kind: "syn", enoOptions: [option("80")], hasData: false }),
  "syn from A": received({ kind: "syn", enoOptions: [offer], hasData: false }),
  "syn-ack": received({ kind: "syn-ack", ...fromB }),
  "syn-ack with data": received({ kind: "syn-ack", enoOptions: [answer], hasData: true }),
  "syn-ack without": received({ kind: "syn-ack", enoOptions: [], hasData: false }),
  "syn-ack twice": received({ kind: "syn-ack", enoOptions: [answer, answer], hasData: false }),
  "syn-ack ill-formed": received({ kind: "syn-ack", enoOptions: [option("80")], hasData: false }),
  "syn-ack from A": received({ kind: "syn-ack", enoOptions: [offer], hasData: false }),
  "non-syn": received({ kind: "non-syn", enoOptions: [nonSyn], hasData: false }),
  "non-syn with data": received({ kind: "non-syn", enoOptions: [nonSyn], hasData: true }),
  "non-syn twice": received({ kind: "non-syn", enoOptions: [nonSyn, nonSyn], hasData: false }),
  "non-syn with contents": received({
    kind: "non-syn",
    enoOptions: [bytes("45 03 80")],
    hasData: false,
  }),
  "non-syn without": received({ kind: "non-syn", enoOptions: [], hasData: false }),
} as const satisfies Record<string, HandshakeEvent>;
type Occurrence = keyof typeof events;

/** Effects, and the state afterwards where it is another: "+syn-form → ack sent". */
type Outcome = string;

const nothing = everywhere("");
const waits = { ...everywhere("wait"), disabled: "" };
const firstAck = {
  ...nothing,
  ...upToTheFirstAck("off unexpected-segment"),
  "ack sent": "on → encrypting",
  "ack due": "off unexpected-segment",
  announcing: "→ encrypting",
};

const outcomes = {
  "send syn": { ...waits, active: "+syn-form" },
  "send syn again": { ...waits, active: "+syn-form" },
  "send syn again, without": { ...waits, active: "off option-dropped" },
  "send syn-ack": {
    ...waits,
    "ack expected": "+syn-form → ack sent",
    "ack sent": "+syn-form",
    "ack due": "+syn-form on → announcing",
    announcing: "+syn-form",
  },
  "send ack": {
    ...waits,
    "ack due": "+non-syn on → announcing",
    announcing: "+non-syn",
    encrypting: "",
  },
  "send data": {
    ...waits,
    "ack due": "+non-syn on → announcing",
    announcing: "+non-syn",
    encrypting: "",
  },
  syn: { ...nothing, active: "→ ack expected", passive: "off same-role" },
  "syn with data": {
    ...everywhere("discard"),
    active: "discard → ack expected",
    passive: "discard off same-role",
  },
  "syn without": { ...nothing, ...upToTheFirstAck("off no-option") },
  "syn without, with data": { ...nothing, ...upToTheFirstAck("off no-option") },
  "syn twice": { ...nothing, ...upToTheFirstAck("off repeated-option") },
  "syn twice, with data": {
    ...everywhere("discard"),
    ...upToTheFirstAck("discard off repeated-option"),
  },
  "syn ill-formed": { ...nothing, ...upToTheFirstAck("off malformed-option") },
  "syn from A": { ...nothing, active: "off same-role", passive: "→ ack expected" },
  "syn-ack": {
    ...nothing,
    active: "→ ack due",
    passive: "off unexpected-segment",
    "ack expected": "→ ack due",
    "ack sent": "on → announcing",
  },
  "syn-ack with data": {
    ...everywhere("discard"),
    active: "discard → ack due",
    passive: "discard off unexpected-segment",
    "ack expected": "discard → ack due",
    "ack sent": "discard on → announcing",
  },
  "syn-ack without": { ...nothing, ...upToTheFirstAck("off no-option") },
  "syn-ack twice": { ...nothing, ...upToTheFirstAck("off repeated-option") },
  "syn-ack ill-formed": { ...nothing, ...upToTheFirstAck("off malformed-option") },
  "syn-ack from A": {
    ...nothing,
    active: "off same-role",
    passive: "off unexpected-segment",
    "ack expected": "→ ack due",
    "ack sent": "on → announcing",
  },
  "non-syn": firstAck,
  "non-syn with data": firstAck,
  "non-syn twice": firstAck,
  "non-syn with contents": firstAck,
  "non-syn without": { ...firstAck, ...upToTheFirstAck("off no-option") },
} satisfies Record<Occurrence, Record<Name, Outcome>>;

for (const [occurrence, expected] of entries(outcomes)) {
  test(`${occurrence}: from every state`, () => {
    for (const [name, outcome] of entries(expected)) {
      const { next, effects } = negotiate(handshakes[name], events[occurrence]);
      const words = effects.map(describe);
      const after = nameOf(next, handshakes[name]);
      if (after !== name && after !== "disabled") words.push(`→ ${after}`);
      assert.equal(words.join(" "), outcome, name);
    }
  });
}

test("resumes as a passive opener a session that the look-up knows", () => {
  const opener = {
    opens: "passively",
    terms,
    find: () => ({ half: bytes("b0b1b2b3b4b5b6b7b8"), nonce: bytes("11") }),
  } as const;
  const syn = option("a3 a0a1a2a3a4a5a6a7a8 01");
  const { next } = negotiate(
    { state: "expecting-syn", opener },
    received({ kind: "syn", enoOptions: [syn], hasData: false }),
  );
  assert.ok(next.state === "expecting-ack");
  assert.deepEqual(next.sent, option("01 a3 b0b1b2b3b4b5b6b7b8 11"));
  assert.equal(next.agreement.tepByte, 0xa3);
  assert.deepEqual(next.agreement.resumption, { nonceA: bytes("01"), nonceB: bytes("11") });
});

const arrivals = {
  "malformed-option": ["syn", [option("01 80")], terms],
  "same-role": ["syn-ack", [option("23")], terms],
  "not-aware": ["syn-ack", [option("01 23")], { ...terms, aware: "mandatory" }],
  "no-valid-tep": ["syn-ack", [option("01 21")], terms],
  "no-option": ["syn", [], terms],
  "repeated-option": ["syn-ack", [answer, answer], terms],
  "unexpected-segment": ["non-syn", [nonSyn], terms],
} satisfies Record<
  Exclude<DisableReason, "option-dropped">,
  [ReceivedSegment["kind"], Uint8Array[], Terms]
>;

for (const [reason, [kind, enoOptions, terms]] of entries(arrivals)) {
  test(`an active opener disables encryption: ${reason}`, () => {
    const start: Handshake = {
      state: "expecting-syn",
      opener: { opens: "actively", terms, option: offer },
    };
    const step = negotiate(start, received({ kind, enoOptions, hasData: false }));
    assert.deepEqual(step, {
      next: { state: "disabled", reason },
      effects: [{ type: "disabled", reason }],
    });
  });
}

test("says ENO no more once disabled, and no more after a non-SYN segment", () => {
  const event = fc.constantFrom(...Object.values(events));
  const start = fc.constantFrom(handshakes.active, handshakes.passive);
  let encrypted = 0;
  fc.assert(
    fc.property(start, fc.array(event, { maxLength: 12 }), (opener, happened) => {
      let handshake: Handshake = opener;
      let isSilent = false;
      let ends = 0;
      let syn: Uint8Array | undefined;
      for (const each of happened) {
        const { next, effects } = negotiate(handshake, each);
        handshake = next;
        for (const effect of effects) {
          if (effect.type === "disabled" || effect.type === "encrypting") ends += 1;
          if (effect.type === "disabled") isSilent = true;
          if (effect.type === "encrypting") encrypted += 1;
          if (effect.type !== "attach") continue;
          assert.equal(isSilent, false);
          assert.equal(each.type, "sending");
          if (effect.option.length === 2) continue;
          // RFC 8547 §4.6: SYN-form options are the same in every segment.
          assert.deepEqual(effect.option, syn ?? effect.option);
          syn = effect.option;
        }
        if (each.type === "received" && each.segment.kind === "non-syn") isSilent = true;
      }
      assert.ok(ends <= 1);
    }),
    { numRuns: 3000, seed: 8547 },
  );
  assert.ok(encrypted > 30, String(encrypted));
});

function everywhere(outcome: Outcome): Record<Name, Outcome> {
  const names = Object.keys(handshakes) as Name[];
  return Object.fromEntries(names.map((name) => [name, outcome])) as Record<Name, Outcome>;
}

function upToTheFirstAck(outcome: Outcome) {
  return { active: outcome, passive: outcome, "ack expected": outcome, "ack sent": outcome };
}

function describe(effect: HandshakeEffect): string {
  switch (effect.type) {
    case "attach":
      return effect.option.length === 2 ? "+non-syn" : "+syn-form";
    case "withhold":
      return "wait";
    case "discard-syn-data":
      return "discard";
    case "disabled":
      return `off ${effect.reason}`;
    case "encrypting":
      return "on";
  }
}

/** The name of a state: its own where nothing changed, whichever host's options it holds. */
function nameOf(next: Handshake, before: Handshake): Name {
  switch (next.state) {
    case "expecting-syn":
      assert.equal(next, before);
      return next.opener.opens === "actively" ? "active" : "passive";
    case "expecting-ack":
      return next.sentAck ? "ack sent" : "ack expected";
    case "sending-ack":
      return "ack due";
    case "encrypting":
      return next.receivedNonSyn ? "encrypting" : "announcing";
    case "disabled":
      return "disabled";
  }
}

function received(segment: ReceivedSegment): HandshakeEvent {
  return { type: "received", segment };
}

function agreementOf(sent: Uint8Array, got: Uint8Array) {
  const settled = settle(sent, got, terms);
  assert.ok(settled.agreed);
  return settled;
}

function entries<Key extends string, Value>(
  table: Readonly<Record<Key, Value>>,
): readonly (readonly [Key, Value])[] {
  return Object.entries(table) as [Key, Value][];
}
