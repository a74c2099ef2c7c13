import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { answerSyn } from "../../src/eno/answer.ts";
import type { EnoFailure } from "../../src/eno/disable-reason.ts";
import { settle } from "../../src/eno/settle.ts";
import type { Terms } from "../../src/eno/terms.ts";
import { negotiation } from "./arbitraries.ts";
import { bytes, option } from "./bytes.ts";

const all: Terms = { teps: [0x23, 0x24, 0x21, 0x22], aware: "off" };
const mandatory: Terms = { ...all, aware: "mandatory" };
const halfA = "a0a1a2a3a4a5a6a7a8";
const halfB = "b0b1b2b3b4b5b6b7b8";
const nonceA = "0102030405060708";
const nonceB = "1112131415161718";
const resumingA: Terms = { ...all, resumption: { tep: 0x23, expectedHalf: bytes(halfB) } };
const resumingB: Terms = { ...all, resumption: { tep: 0x23, expectedHalf: bytes(halfA) } };

const failures = {
  "malformed-option": [
    [option("23"), option("01 80 a3"), all],
    [option("23"), bytes(""), all],
    [option("80 23"), option("01 23"), all],
    // The form is looked at first.
    [option("23"), option("80 23"), mandatory],
  ],
  "same-role": [
    [option("23"), option("23"), all],
    // RFC 8547 §8.1: a middlebox that echoes unknown options.
    [option("02 23 24"), option("02 23 24"), all],
    [option("01 23"), option("01 23"), all],
    [option("00 23"), option("23"), mandatory],
    // Only the first global suboption counts.
    [option("23"), option("00 23 01"), all],
  ],
  "not-aware": [
    [option("02 23"), option("01 23"), mandatory],
    [option("03 23"), option("23"), mandatory],
    [option("02"), option("01"), mandatory],
  ],
  "no-valid-tep": [
    [option("23"), option("01 24"), all],
    [option("20 7f 25"), option("01 20 7f 25"), all],
    // RFC 8547 §4.6: a vacuous option on either side.
    [option(""), option("01 23"), all],
    [option("23"), option("01"), all],
    // RFC 8547 §4.5: tcpcrypt does not define repetition.
    [option("23 23"), option("01 23"), all],
    [option("23"), option("01 23 23"), all],
    [option(`23 a3 ${halfA}`), option("01 23"), all],
    [option(`23 a3 ${halfA} ${nonceA}`), option("01 23"), resumingA],
    // RFC 8548 §3.5: another half than that of the cached session.
    [option(`a3 ${halfA}`), option(`01 a3 ${halfA}`), resumingA],
    [option(`a3 ${halfA}`), option(`01 a3 ${halfB}`), all],
    [option(`a4 ${halfA}`), option(`01 a4 ${halfB}`), resumingA],
    [option(`01 a3 ${halfB}`), option(`a3 ${halfB}`), resumingB],
    // Resumption takes both hosts.
    [option("23"), option(`01 a3 ${halfB}`), resumingA],
    [option(`a3 ${halfA}`), option("01 a3 b0b1"), resumingA],
    [option(`a3 ${halfA}`), option(`01 a3 ${halfB} ${nonceB} 00`), resumingA],
    [option(`a3 ${halfA} ${nonceA} 00`), option("01 23"), all],
    [option(`a3 ${halfA} ${nonceA} 00`), option(`01 a3 ${halfB}`), resumingA],
  ],
} satisfies Record<EnoFailure, readonly (readonly [Uint8Array, Uint8Array, Terms])[]>;

for (const [reason, cases] of Object.entries(failures)) {
  for (const [sent, received, terms] of cases) {
    const texts = [sent, received].map((one) => Buffer.from(one).toString("hex"));
    test(`does not agree, ${reason}: sent ${texts[0]}, received ${texts[1]}`, () => {
      assert.deepEqual(settle(sent, received, terms), { agreed: false, reason });
    });
  }
}

const agreements: Readonly<
  Record<string, readonly [a: string, b: string, tepByte: number, terms?: Terms]>
> = {
  "takes the TEP that both have": ["23 24", "01 24", 0x24],
  "takes the last valid TEP of host B": ["21 22 23", "01 23 21", 0x21],
  "does not care for host A's order": ["23 21 22", "01 21 22 23", 0x23],
  "passes over what is not valid at host B's end": ["23 24", "01 24 23 21 20 7f", 0x23],
  "passes over a repeated TEP": ["23 24 24", "01 23 24", 0x23],
  "takes an explicit b = 0": ["00 23", "01 23", 0x23],
  "takes a resumption that host B declines": [`a3 ${halfA}`, "01 23", 0x23],
  "takes too few bytes for a half as a fresh exchange": ["a3 a0a1a2a3a4a5a6a7", "01 23", 0x23],
  "takes no bytes for a half as a fresh exchange": ["24 a3", "01 23", 0x23],
  "ignores a wrong half, and goes on to another TEP": [
    `21 a3 ${halfA}`,
    `01 21 a3 ${halfA}`,
    0x21,
    resumingA,
  ],
  "goes on to another TEP where the nonce is too long": [
    `21 a3 ${halfA} ${nonceA} 00`,
    "01 21 23",
    0x21,
  ],
};

for (const [name, [a, b, tepByte, terms = all]] of Object.entries(agreements)) {
  test(name, () => {
    const [fromA, fromB] = [option(a), option(b)];
    const both = {
      agreed: true,
      tep: tepByte & 0x7f,
      tepByte,
      transcript: Uint8Array.of(...fromA, ...fromB),
      aware: { local: false, remote: false },
    };
    assert.deepEqual(settle(fromA, fromB, terms), { ...both, role: "A" });
    assert.deepEqual(settle(fromB, fromA, terms), { ...both, role: "B" });
  });
}

test("resumes when both halves are those of the cached session, with nonces by role", () => {
  const [fromA, fromB] = [option(`21 a3 ${halfA} ${nonceA}`), option(`01 a3 ${halfB} ${nonceB}`)];
  const both = {
    agreed: true,
    tep: 0x23,
    tepByte: 0xa3,
    transcript: Uint8Array.of(...fromA, ...fromB),
    aware: { local: false, remote: false },
    resumption: { nonceA: bytes(nonceA), nonceB: bytes(nonceB) },
  };
  assert.deepEqual(settle(fromA, fromB, resumingA), { ...both, role: "A" });
  assert.deepEqual(settle(fromB, fromA, resumingB), { ...both, role: "B" });
});

test("takes nonces of none to 8 bytes, of different lengths too", () => {
  for (const [inA, inB] of [
    ["", ""],
    ["01", nonceB],
    [nonceA, ""],
  ] as const) {
    const settled = settle(
      option(`a3 ${halfA} ${inA}`),
      option(`01 a3 ${halfB} ${inB}`),
      resumingA,
    );
    assert.ok(settled.agreed);
    assert.deepEqual(settled.resumption, { nonceA: bytes(inA), nonceB: bytes(inB) });
  }
});

test("resumes in a simultaneous open with several TEPs on both sides", () => {
  const fromA = option(`24 89 a3 ${halfA} 00 21`);
  const fromB = option(`01 24 21 a3 ${halfB}`);
  const [inA, inB] = [settle(fromA, fromB, resumingA), settle(fromB, fromA, resumingB)];
  assert.ok(inA.agreed && inB.agreed);
  assert.deepEqual([inA.tepByte, inB.tepByte], [0xa3, 0xa3]);
  assert.deepEqual(inA.resumption, { nonceA: bytes("00"), nonceB: bytes("") });
});

test("tells both a bits, and satisfies mandatory awareness by the peer's alone", () => {
  for (const [a, b, local, remote] of [
    ["23", "01 23", false, false],
    ["02 23", "01 23", true, false],
    ["23", "03 23", false, true],
    ["02 23", "03 23", true, true],
  ] as const) {
    const settled = settle(option(a), option(b), all);
    assert.ok(settled.agreed);
    assert.deepEqual(settled.aware, { local, remote });
    const strict = settle(option(a), option(b), mandatory);
    assert.equal(strict.agreed, remote);
  }
});

test("keeps nothing of the options' memory", () => {
  const [fromA, fromB] = [option(`a3 ${halfA} ${nonceA}`), option(`01 a3 ${halfB} ${nonceB}`)];
  const settled = settle(fromA, fromB, resumingA);
  const before = structuredClone(settled);
  fromA.fill(0);
  fromB.fill(0);
  assert.deepEqual(settled, before);
});

test("never throws, and both ends agree or both do not", () => {
  const any = fc.uint8Array({ maxLength: 38 });
  fc.assert(
    fc.property(any, any, fc.boolean(), (one, two, whole) => {
      const [sent, received] = whole
        ? [Uint8Array.of(69, 2 + one.length, ...one), Uint8Array.of(69, 2 + two.length, ...two)]
        : [one, two];
      const [here, there] = [settle(sent, received, all), settle(received, sent, all)];
      assert.equal(here.agreed, there.agreed);
    }),
    { numRuns: 1000 },
  );
});

test("is symmetric: complementary roles and one agreement, or none on either side", () => {
  const seen = { agreed: 0, resumed: 0, failed: 0 };
  fc.assert(
    fc.property(negotiation, ({ sent, terms }) => {
      const [first, second] = [
        settle(sent[0], sent[1], terms[0]),
        settle(sent[1], sent[0], terms[1]),
      ];
      const demands = terms.some(({ aware }) => aware === "mandatory");
      if (!first.agreed || !second.agreed) {
        // Only mandatory awareness concerns one side alone; the other hears of it by the lack of ENO.
        if (!demands) assert.deepEqual([first.agreed, second.agreed], [false, false]);
        seen.failed += 1;
        return;
      }
      assert.deepEqual([first.role, second.role].sort(), ["A", "B"]);
      assert.deepEqual(first.aware, { local: second.aware.remote, remote: second.aware.local });
      const { role: _, aware: __, ...here } = first;
      const { role: ___, aware: ____, ...there } = second;
      assert.deepEqual(here, there);
      seen.agreed += 1;
      if (first.resumption !== undefined) seen.resumed += 1;
    }),
    { numRuns: 2000, seed: 8547 },
  );
  assert.ok(
    Object.values(seen).every((count) => count > 50),
    JSON.stringify(seen),
  );
});

test("never gives two ends the same transcript when an option was altered on the way", () => {
  const change = fc.record({ at: fc.nat(39), by: fc.integer({ min: 1, max: 255 }) });
  const changes = fc.array(change, { maxLength: 2 });
  let agreed = 0;
  fc.assert(
    fc.property(negotiation, changes, changes, ({ sent, terms }, onSyn, onAnswer) => {
      const altered = (whole: Uint8Array, by: typeof onSyn) =>
        by.reduce((now, { at, by }) => {
          const next = now.slice();
          if (at < next.length) next[at] = (next[at] ?? 0) ^ by;
          return next;
        }, whole);
      const syn = altered(sent[0], onSyn);
      const answer = answerSyn(syn, terms[1]) ?? sent[1];
      const synAck = altered(answer, onAnswer);
      const here = settle(sent[0], synAck, terms[0]);
      const there = settle(answer, syn, terms[1]);
      if (!here.agreed || !there.agreed) return;
      agreed += 1;
      const isAltered = !equal(syn, sent[0]) || !equal(synAck, answer);
      assert.equal(equal(here.transcript, there.transcript), !isAltered);
    }),
    { numRuns: 2000, seed: 8547 },
  );
  assert.ok(agreed > 50, String(agreed));
});

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
