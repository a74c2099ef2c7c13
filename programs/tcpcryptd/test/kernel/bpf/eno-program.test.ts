import assert from "node:assert/strict";
import { test } from "node:test";
import { type AwareMode, answerSyn, offerSyn, settle, type Tep } from "@countersign/tcpcrypt";
import fc from "fast-check";
import { StandIn } from "./stand-in.ts";

const tep = fc.constantFrom<Tep>(0x21, 0x22, 0x23, 0x24);
const teps = fc.uniqueArray(tep, { minLength: 1 });
const aware = fc.constantFrom<AwareMode>("off", "on", "mandatory");
/** Few, so that what one side says is often what the other expects. */
const half = fc.constantFrom(1, 2).map((byte) => new Uint8Array(9).fill(byte));
const otherHalf = new Uint8Array(9).fill(0xab);

const tepByte = fc.oneof(
  { weight: 4, arbitrary: tep },
  { arbitrary: fc.integer({ min: 0x20, max: 0x7f }), weight: 1 },
);
const resumptionData = fc
  .tuple(half, fc.uint8Array({ maxLength: 9 }))
  .map(([first, rest]) => [...first, ...rest]);
const data = fc.oneof(resumptionData, fc.array(fc.nat(255), { maxLength: 20 }));

/** Nearly valid contents: suboptions of all kinds, and sometimes what is none. */
const suboptions = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(0, 1, 2, 3, 0x1f).map((byte) => [byte]) },
      { weight: 4, arbitrary: tepByte.map((byte) => [byte]) },
      {
        weight: 3,
        arbitrary: fc.tuple(tepByte, data).map(([byte, bytes]) => [0x80 | byte, ...bytes]),
      },
      {
        weight: 3,
        arbitrary: fc
          .tuple(tepByte, data)
          .map(([byte, bytes]) => [0x80 | ((bytes.length - 1) & 0x1f), 0x80 | byte, ...bytes]),
      },
      { weight: 1, arbitrary: fc.array(fc.nat(255), { maxLength: 4 }) },
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.flat().slice(0, 38));
const option = fc
  .oneof({ weight: 5, arbitrary: suboptions }, fc.array(fc.nat(255), { maxLength: 38 }))
  .map((contents) => Uint8Array.of(69, contents.length + 2, ...contents));

test("answers any SYN as answerSyn does", () => {
  let resumed = 0;
  fc.assert(
    fc.property(option, teps, aware, half, (received, ours, mode, known) => {
      const kernel = new StandIn({ teps: ours, aware: mode });
      for (const each of [0x21, 0x22, 0x23, 0x24]) kernel.addAnswer(each, known, otherHalf);
      const answer = kernel.answer(received);
      const expected = answerSyn(received, { teps: ours, aware: mode }, (_, theirs) =>
        hex(theirs) === hex(known)
          ? { half: otherHalf, nonce: answer?.slice(13) ?? new Uint8Array(8) }
          : undefined,
      );
      assert.equal(hex(answer), hex(expected));
      if (answer !== undefined && answer.length === 21) resumed += 1;

      const outcome = kernel.accept(received);
      assert.equal(hex(outcome?.received), hex(received));
      assert.equal(hex(outcome?.sent), hex(expected));
      assert.equal(outcome?.acknowledged, expected !== undefined);
    }),
    { numRuns: 1500 },
  );
  // The arbitrary values are such that the interesting case occurs.
  assert(resumed > 10, `${resumed} resumptions`);
});

test("agrees to any SYN-ACK as settle does", () => {
  const seen = { agreed: 0, plain: 0 };
  const resumption = fc.option(fc.record({ tep, half }), { nil: undefined });
  fc.assert(
    fc.property(
      option,
      teps,
      aware,
      resumption,
      fc.boolean(),
      (received, offered, mode, wanted, passiveRole) => {
        const nonce = new Uint8Array(8);
        const sent = offerSyn({
          teps: offered,
          aware: mode,
          passiveRole,
          ...(wanted && { resumption: { tep: wanted.tep, half: otherHalf, nonce } }),
        });
        assert(sent !== undefined);
        const expectedHalf = wanted?.half;
        const expected = settle(sent, received, {
          teps: wanted === undefined ? offered : [...offered, wanted.tep],
          aware: mode,
          ...(wanted && { resumption: { tep: wanted.tep, expectedHalf: wanted.half } }),
        });
        const kernel = new StandIn();
        const result = kernel.connect(
          { option: sent, aware: mode, ...(expectedHalf && { expectedHalf }) },
          received,
        );
        assert.equal(result.outcome?.acknowledged, expected.agreed, JSON.stringify(expected));
        assert.equal(hex(result.outcome?.sent), hex(sent));
        assert.equal(hex(result.outcome?.received), hex(received));
        assert.equal(hex(result.sent), hex(sent));
        // Without agreement no segment gets an option any more.
        assert.equal(result.flags === 0, !expected.agreed);
        seen[expected.agreed ? "agreed" : "plain"] += 1;
      },
    ),
    { numRuns: 1500 },
  );
  assert(seen.agreed > 80 && seen.plain > 80, JSON.stringify(seen));
});

const freshly = { teps: [0x23, 0x24], aware: "off" } as const satisfies {
  teps: readonly Tep[];
  aware: AwareMode;
};
const theirHalf = new Uint8Array(9).fill(1);
const resuming = Uint8Array.of(69, 20, 0xa3, ...theirHalf, ...new Uint8Array(8).fill(7));
const fresh = "45040123";
const peer = { port: 40_000, address: 1, sequence: 77 };

/** A kernel with one session that can be resumed. */
function withAnswer(): StandIn {
  const kernel = new StandIn(freshly);
  kernel.addAnswer(0x23, theirHalf, otherHalf);
  return kernel;
}

function bytes(hexadecimal: string): Uint8Array {
  return new Uint8Array(Buffer.from(hexadecimal, "hex"));
}

const notOneOption = {
  "no option at all": "",
  "two options (RFC 8547 §4.1)": "450323450323",
  "the same option twice with another between": "4503230101080a00000000000000004503230101",
  "an option whose length passes the header's end": "45202323",
  "an option without a length": "01010145",
  "an option that is shorter than itself": "45012323",
  "an option behind the end of options": "0000000045032300",
  "an option behind an ill-formed one": "0200000045032300",
} as const;

for (const [name, options] of Object.entries(notOneOption)) {
  test(`no answer to ${name}`, () => {
    const kernel = new StandIn(freshly);
    assert.equal(kernel.answer(bytes(options)), undefined);
    const outcome = kernel.accept(bytes(options));
    assert.deepEqual([hex(outcome?.sent), hex(outcome?.received)], ["", ""]);
    assert.equal(outcome?.acknowledged, false);
  });
}

test("finds the option among others", () => {
  const kernel = new StandIn(freshly);
  const options = bytes("020405b40402080a000000010000000001030307450323");
  assert.equal(hex(kernel.answer(options)), fresh);
});

test("no answer on a port that nobody gave terms for, and nothing recorded", () => {
  const kernel = new StandIn();
  assert.equal(kernel.answer(bytes("450323")), undefined);
  assert.equal(kernel.accept(bytes("450323")), undefined);
});

test("no answer by a SYN cookie, which nothing is kept of", () => {
  const kernel = new StandIn(freshly);
  assert.equal(kernel.answer(bytes("450323"), peer, { isCookie: true }), undefined);
});

test("an ACK without the option means that there is no agreement", () => {
  for (const ack of ["", "0101080a0000000000000000"]) {
    const outcome = new StandIn(freshly).accept(bytes("450323"), { ack: bytes(ack) });
    assert.equal(outcome?.acknowledged, false);
    assert.equal(hex(outcome?.sent), fresh);
  }
  for (const ack of ["4502", "4505000000", "45024502"]) {
    // RFC 8547 §4.1: contents are ignored, and several are as good as one.
    const outcome = new StandIn(freshly).accept(bytes("450323"), { ack: bytes(ack) });
    assert.equal(outcome?.acknowledged, true, ack);
  }
});

test("a resumption is answered with the same bytes each time", () => {
  const kernel = withAnswer();
  const answer = hex(kernel.answer(resuming, peer));
  assert.match(answer, /^451501a3(ab){9}.{16}$/);
  assert.equal(hex(kernel.answer(resuming, peer)), answer);
  assert.equal(hex(kernel.accept(resuming, { peer })?.sent), answer);
});

test("nonces differ", () => {
  const nonces = new Set<string>();
  const kernel = new StandIn(freshly);
  for (let index = 0; index < 100; index += 1) {
    const half = new Uint8Array(9).fill(index);
    kernel.addAnswer(0x23, half, otherHalf);
    nonces.add(hex(kernel.answer(Uint8Array.of(69, 12, 0xa3, ...half), peer)).slice(26));
  }
  assert.equal(nonces.size, 100);
});

const otherSyns = {
  "from another port": { ...peer, port: 40_001 },
  "from another address": { ...peer, address: 2 },
  "of another connection": { ...peer, sequence: 78 },
} as const;

for (const [name, other] of Object.entries(otherSyns)) {
  test(`a resumption is promised to one: a SYN ${name} gets a fresh exchange`, () => {
    const kernel = withAnswer();
    const first = hex(kernel.answer(resuming, peer));
    assert.equal(hex(kernel.answer(resuming, other)), fresh);
    assert.equal(hex(kernel.accept(resuming, { peer: other })?.sent), fresh);
    assert.equal(hex(kernel.accept(resuming, { peer })?.sent), first);
  });
}

test("a resumption is used once: the same SYN again gets a fresh exchange", () => {
  const kernel = withAnswer();
  kernel.answer(resuming, peer);
  assert.equal(kernel.answers, 1);
  kernel.accept(resuming, { peer });
  assert.equal(kernel.answers, 0);
  assert.equal(hex(kernel.answer(resuming, peer)), fresh);
  kernel.forgetClaims();
  assert.equal(hex(kernel.answer(resuming, peer)), fresh);
});

test("an answer for one port is not given on another", () => {
  const kernel = new StandIn(freshly);
  kernel.addAnswer(0x23, theirHalf, otherHalf, kernel.localPort + 1);
  assert.equal(hex(kernel.answer(resuming, peer)), fresh);
  kernel.addAnswer(0x23, theirHalf, otherHalf, kernel.localPort);
  const answer = hex(kernel.answer(resuming, peer));
  assert.equal(answer.length, 42);
  assert.equal(kernel.answers, 2);
  assert.equal(hex(kernel.accept(resuming, { peer })?.sent), answer);
  assert.equal(kernel.answers, 1);
});

test("a resumption that nobody was promised is not claimed by an ACK", () => {
  const kernel = withAnswer();
  assert.equal(hex(kernel.accept(resuming, { peer })?.sent), fresh);
  assert.equal(kernel.answers, 1);
});

test("where 21 bytes do not fit, the nonce has 7", () => {
  const kernel = withAnswer();
  kernel.room = 20;
  const answer = hex(kernel.answer(resuming, peer));
  assert.match(answer, /^451401a3(ab){9}.{14}$/);
  assert.equal(hex(kernel.answer(resuming, peer)), answer);
  assert.equal(hex(kernel.accept(resuming, { peer })?.sent), answer);
});

test("where not even that fits, the answer is a fresh exchange, and stays so", () => {
  const kernel = withAnswer();
  kernel.room = 16;
  assert.equal(hex(kernel.answer(resuming, peer)), fresh);
  kernel.room = 40;
  assert.equal(hex(kernel.answer(resuming, peer)), fresh);
  assert.equal(hex(kernel.accept(resuming, { peer })?.sent), fresh);
});

test("segments without SYN carry the option until one has come", () => {
  const kernel = new StandIn();
  kernel.callbackFlags = 0x50;
  // The SYN counts as one byte acknowledged.
  assert.equal(kernel.nonSyn({ bytesAcknowledged: 1 }), 2);
  assert.equal(kernel.callbackFlags, 0x50);
  for (const about of [{ bytesAcknowledged: 2 }, { bytesReceived: 1 }]) {
    kernel.callbackFlags = 0x50;
    assert.equal(kernel.nonSyn(about), undefined);
    assert.equal(kernel.callbackFlags, 0);
  }
});

test("asks for both callbacks when a connection is opened with an offer", () => {
  const kernel = new StandIn();
  const { wanted, flags, outcome } = kernel.connect(
    { option: bytes("450323"), aware: "off" },
    bytes(fresh),
  );
  assert.deepEqual([wanted, flags], [0x50, 0x50]);
  assert.deepEqual(outcome?.acknowledged, true);
});

for (const [name, options] of Object.entries(notOneOption)) {
  test(`no agreement when the SYN-ACK has ${name}`, () => {
    const offer = { option: bytes("450323"), aware: "off" } as const;
    const { outcome, flags } = new StandIn().connect(offer, bytes(options));
    assert.equal(outcome?.acknowledged, false);
    assert.equal(hex(outcome?.received), "");
    assert.equal(flags, 0);
  });
}

test("a simultaneous open gives ENO up", () => {
  const kernel = new StandIn();
  const offer = { option: bytes("450323"), aware: "off" } as const;
  const { synAck, outcome, flags } = kernel.openBoth(offer, bytes("45030123"));
  assert.equal(synAck, undefined);
  assert.equal(outcome?.acknowledged, false);
  assert.equal(flags, 0);
});

test("refuses an offer that cannot be read back", () => {
  const kernel = new StandIn();
  for (const option of ["4504a1", "450381", "01"]) {
    assert.throws(() => kernel.connect({ option: bytes(option), aware: "off" }, bytes(fresh)), {
      name: "RangeError",
    });
  }
  const offer = { option: bytes("450323"), aware: "off", expectedHalf: new Uint8Array(8) } as const;
  assert.throws(() => kernel.connect(offer, bytes(fresh)), { name: "RangeError" });
});

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString("hex");
}
