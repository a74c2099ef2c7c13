import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { answerSyn, considerSyn, type FindResumption } from "../../src/eno/answer.ts";
import type { EnoFailure } from "../../src/eno/disable-reason.ts";
import { proposedResumption } from "../../src/eno/proposal.ts";
import { settle } from "../../src/eno/settle.ts";
import { readSynOption } from "../../src/eno/syn-option.ts";
import type { Terms } from "../../src/eno/terms.ts";
import { aware, teps } from "./arbitraries.ts";
import { bytes, option } from "./bytes.ts";

const all: Terms = { teps: [0x23, 0x24, 0x21, 0x22], aware: "off" };
const theirs = "a0a1a2a3a4a5a6a7a8";
const ours = "b0b1b2b3b4b5b6b7b8";
const nonceA = "0102030405060708";
const nonceB = "1112131415161718";

/** Knows one session of Curve25519, by the half that the peer sends. */
const find: FindResumption = (tep, half) =>
  tep === 0x23 && Buffer.compare(half, bytes(theirs)) === 0
    ? { half: bytes(ours), nonce: bytes(nonceB) }
    : undefined;

const answers: Readonly<
  Record<string, readonly [syn: string, answer: string, terms?: Partial<Terms>]>
> = {
  "answers with b = 1 and one TEP": ["23", "01 23"],
  "takes what it likes best, in whatever order it is offered": ["21 22 24", "01 24"],
  "has an order of its own": ["21 22 23 24", "01 22", { teps: [0x22, 0x23] }],
  "passes over what is not tcpcrypt": ["20 7f 22 25", "01 22"],
  "says a = 1 for an aware application": ["23", "03 23", { aware: "on" }],
  "says a = 1 where awareness is mandatory": ["02 23", "03 23", { aware: "mandatory" }],
  "does not echo the peer's a bit": ["02 23", "01 23"],
  "takes an explicit b = 0 with z bits": ["1c 23", "01 23"],
  "looks at no global suboption but the first": ["00 23 01", "01 23"],
  "passes over a repeated TEP": ["23 23 21", "01 21"],
  "passes over a TEP that is repeated with data": [`23 21 a3 ${theirs}`, "01 21"],
  "declines a resumption that it does not know, for a fresh exchange": [`a3 ${ours}`, "01 23"],
  "declines a resumption with another TEP": [`a4 ${theirs}`, "01 24"],
  "declines a resumption of a TEP that it does not want": [
    `24 a3 ${theirs}`,
    "01 24",
    { teps: [0x24, 0x21] },
  ],
  "takes too few bytes for a half as a fresh exchange": ["a3 a0a1a2a3a4a5a6a7", "01 23"],
  "takes no bytes for a half as a fresh exchange": ["a3", "01 23"],
  "passes over a nonce that is too long": [`21 a3 ${theirs} ${nonceA} 00`, "01 21"],
  "resumes what it knows": [`a3 ${theirs} ${nonceA}`, `01 a3 ${ours} ${nonceB}`],
  "resumes with a nonce of none": [`a3 ${theirs}`, `01 a3 ${ours} ${nonceB}`],
  "resumes although it likes another TEP better": [
    `24 a3 ${theirs}`,
    `01 a3 ${ours} ${nonceB}`,
    { teps: [0x24, 0x23] },
  ],
  "resumes what stands in the middle, with a length byte": [
    `24 8a a3 ${theirs} 0102 22`,
    `01 a3 ${ours} ${nonceB}`,
  ],
  "resumes and says a = 1": [`a3 ${theirs}`, `03 a3 ${ours} ${nonceB}`, { aware: "on" }],
  "looks at the last resumption only": [`88 a3 ${theirs} a4 ${theirs}`, "01 23"],
  "looks past data that are no resumption": [
    `88 a3 ${theirs} a0 ${theirs}`,
    `01 a3 ${ours} ${nonceB}`,
  ],
  "resumes nothing that is proposed twice": [`21 88 a3 ${theirs} a3 ${theirs}`, "01 21"],
};

for (const [name, [syn, answer, terms]] of Object.entries(answers)) {
  test(name, () => {
    assert.deepEqual(answerSyn(option(syn), { ...all, ...terms }, find), option(answer));
  });
}

const silences = {
  "malformed-option": [
    [option("23 80"), all],
    [bytes("45"), all],
    [bytes("fe 04 45 4e"), all],
  ],
  "same-role": [
    [option("01 23"), all],
    [option("03 23"), { ...all, aware: "mandatory" }],
  ],
  "not-aware": [
    [option("23"), { ...all, aware: "mandatory" }],
    [option("00 23 02"), { ...all, aware: "mandatory" }],
    [option(`a3 ${theirs}`), { ...all, aware: "mandatory" }],
  ],
  "no-valid-tep": [
    // RFC 8547 §4.6: a vacuous option may be answered in kind; nothing says as much.
    [option(""), all],
    [option("20 25"), all],
    [option("23"), { ...all, teps: [0x24] }],
    [option("23"), { ...all, teps: [] }],
    [option("23 23"), all],
    [option(`88 a3 ${theirs} a3 ${theirs}`), all],
  ],
} satisfies Record<EnoFailure, readonly (readonly [Uint8Array, Terms])[]>;

for (const [reason, cases] of Object.entries(silences)) {
  for (const [received, terms] of cases) {
    const text = Buffer.from(received).toString("hex");
    test(`does not answer ${text || "nothing"}: ${reason}`, () => {
      assert.equal(answerSyn(received, terms, find), undefined);
      assert.deepEqual(considerSyn(received, terms, find), { option: undefined, reason });
    });
  }
}

test("tells the resumption that it agreed to, for settling", () => {
  const received = option(`a3 ${theirs} ${nonceA}`);
  const { option: sent, ...rest } = considerSyn(received, all, find);
  received.fill(0);
  assert.deepEqual(rest, { resumption: { tep: 0x23, expectedHalf: bytes(theirs) } });
  assert.ok(sent !== undefined);
});

test("asks for a session once at most, and for none that it cannot take", () => {
  const asked: string[] = [];
  const record: FindResumption = (tep, half) => {
    asked.push(`${tep.toString(16)} ${Buffer.from(half).toString("hex")}`);
    return undefined;
  };
  for (const syn of ["23", "a3 00", `01 a3 ${theirs}`, `a2 ${theirs}`, `a5 ${theirs}`]) {
    answerSyn(option(syn), { teps: [0x23, 0x24], aware: "off" }, record);
  }
  assert.deepEqual(asked, []);
  answerSyn(option(`21 88 a4 ${ours} a3 ${theirs} 01`), all, record);
  assert.deepEqual(asked, [`23 ${theirs}`]);
});

test("refuses a session with a half or nonce of wrong length", () => {
  const received = option(`a3 ${theirs}`);
  for (const bad of [
    { half: bytes("00"), nonce: bytes(nonceB) },
    { half: bytes(ours), nonce: new Uint8Array(9) },
  ]) {
    assert.throws(() => answerSyn(received, all, () => bad), RangeError);
  }
});

test("gives the half and the nonce of the resumption that is proposed", () => {
  const read = readSynOption(option(`24 a3 ${theirs} 0102`));
  assert.ok(read !== undefined);
  assert.deepEqual(proposedResumption(read), {
    tep: 0x23,
    half: bytes(theirs),
    nonce: bytes("0102"),
  });
});

const contents = fc.array(
  fc.oneof(
    fc.constantFrom(0, 1, 2, 3, 0x1c),
    fc.integer({ min: 0x20, max: 0x25 }),
    fc.integer({ min: 0x80, max: 0x92 }),
    fc.integer({ min: 0xa0, max: 0xa5 }),
    fc.nat(255),
  ),
  { maxLength: 38 },
);
const resumption = fc.tuple(fc.integer({ min: 0xa0, max: 0xa5 }), fc.integer({ min: 7, max: 19 }));
const syn = fc.oneof(
  fc.tuple(contents, resumption).map(([inner, [first, length]]) => {
    const whole = [...inner.filter((byte) => byte < 0x80), first, ...new Uint8Array(length)];
    return Uint8Array.of(69, 2 + whole.length, ...whole);
  }),
  fc.uint8Array({ maxLength: 45 }),
  contents.map((inner) => Uint8Array.of(69, 2 + inner.length, ...inner)),
);

test("never throws; whoever answers has agreed, with one TEP and b = 1", () => {
  const knowsAll: FindResumption = () => ({ half: bytes(ours), nonce: bytes(nonceB) });
  let answered = 0;
  let resumed = 0;
  fc.assert(
    fc.property(syn, teps, aware, fc.boolean(), (received, teps, aware, knows) => {
      const terms = { teps, aware };
      const answer = considerSyn(received, terms, knows ? knowsAll : undefined);
      if (answer.option === undefined) return;
      answered += 1;
      const said = readSynOption(answer.option);
      assert.deepEqual(said?.global, { passive: true, aware: aware !== "off" });
      assert.equal(said?.teps.length, 1);
      const { resumption } = answer;
      const settled = settle(
        answer.option,
        received,
        resumption === undefined ? terms : { ...terms, resumption },
      );
      assert.ok(settled.agreed);
      assert.equal(settled.role, "B");
      assert.equal(settled.tep, said?.teps[0]?.tep);
      assert.equal(settled.resumption !== undefined, resumption !== undefined);
      if (resumption !== undefined) resumed += 1;
    }),
    { numRuns: 3000, seed: 8547 },
  );
  assert.ok(answered > 200 && resumed > 30, `${answered} ${resumed}`);
});
