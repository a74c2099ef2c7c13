import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  isEnoOption,
  readSynOption,
  type SynOption,
  writeNonSynOption,
  writeSynOption,
} from "../../src/eno/syn-option.ts";
import { bytes, option } from "./bytes.ts";

const passive = { passive: true, aware: false };

/** Contents in the one form that is written, with what they say. */
const canonical: Readonly<Record<string, SynOption>> = {
  "": { global: undefined, teps: [] },
  "00": { global: { passive: false, aware: false }, teps: [] },
  "01": { global: passive, teps: [] },
  "02": { global: { passive: false, aware: true }, teps: [] },
  "03 23": { global: { passive: true, aware: true }, teps: [{ tep: 0x23 }] },
  "23 24 21 22": {
    global: undefined,
    teps: [{ tep: 0x23 }, { tep: 0x24 }, { tep: 0x21 }, { tep: 0x22 }],
  },
  "20 7f": { global: undefined, teps: [{ tep: 0x20 }, { tep: 0x7f }] },
  // RFC 8547 §4.4: the data of the last suboption reach to the end.
  "24 a3 010203": {
    global: undefined,
    teps: [{ tep: 0x24 }, { tep: 0x23, data: bytes("010203") }],
  },
  "01 a3": { global: passive, teps: [{ tep: 0x23, data: bytes("") }] },
  // Bytes of data that look like suboptions are data.
  "a3 01 23 80 ff": { global: undefined, teps: [{ tep: 0x23, data: bytes("01 23 80 ff") }] },
  "80 a3 05 24": { global: undefined, teps: [{ tep: 0x23, data: bytes("05") }, { tep: 0x24 }] },
  "82 ff 010203 81 a0 0405 24": {
    global: undefined,
    teps: [{ tep: 0x7f, data: bytes("010203") }, { tep: 0x20, data: bytes("0405") }, { tep: 0x24 }],
  },
  [`9f a3 ${"aa".repeat(32)} 24`]: {
    global: undefined,
    teps: [{ tep: 0x23, data: new Uint8Array(32).fill(0xaa) }, { tep: 0x24 }],
  },
  [`a3 ${"aa".repeat(37)}`]: {
    global: undefined,
    teps: [{ tep: 0x23, data: new Uint8Array(37).fill(0xaa) }],
  },
};

for (const [contents, meaning] of Object.entries(canonical)) {
  test(`reads and writes the contents "${contents.slice(0, 40)}"`, () => {
    assert.deepEqual(readSynOption(option(contents)), meaning);
    assert.deepEqual(writeSynOption(meaning), option(contents));
  });
}

const otherForms: Readonly<Record<string, readonly [contents: string, meaning: SynOption]>> = {
  "ignores the z bits (RFC 8547 §4.2)": ["1d 23", { global: passive, teps: [{ tep: 0x23 }] }],
  "ignores all but the first global suboption": [
    "00 23 03",
    { global: { passive: false, aware: false }, teps: [{ tep: 0x23 }] },
  ],
  "takes a global suboption at any place": [
    "23 03 24",
    {
      global: { passive: true, aware: true },
      teps: [{ tep: 0x23 }, { tep: 0x24 }],
    },
  ],
  "takes a length byte before the last suboption too": [
    "81 a3 0102",
    { global: undefined, teps: [{ tep: 0x23, data: bytes("0102") }] },
  ],
};

for (const [name, [contents, meaning]] of Object.entries(otherForms)) {
  test(name, () => assert.deepEqual(readSynOption(option(contents)), meaning));
}

const illFormed: Readonly<Record<string, Uint8Array>> = {
  "no bytes": bytes(""),
  "only a kind": bytes("45"),
  "another kind": bytes("fe 03 23"),
  "the length of less": bytes("45 02 23"),
  "the length of more": bytes("45 04 23"),
  "a length of 1": bytes("45 01"),
  "more bytes than a TCP header can hold": option("20".repeat(39)),
  "a length byte at the end": option("23 80"),
  "a length byte and a TEP at the end": option("80 a3"),
  "data that end one byte early": option("82 a3 0102"),
  "the longest data, one byte short": option(`9f a3 ${"00".repeat(31)}`),
  "a length byte before a length byte": option("80 80 a3 00"),
  "an ill-formed suboption after good ones": option("01 23 24 85 a3 00"),
};

for (const [what, bad] of Object.entries(illFormed)) {
  test(`calls ill-formed: ${what}`, () => assert.equal(readSynOption(bad), undefined));
}

test("calls every length byte ill-formed that is followed by 00 to 9f (RFC 8547 §4.4)", () => {
  for (let length = 0x80; length <= 0x9f; length += 1) {
    for (let next = 0; next <= 0xff; next += 1) {
      const contents = [length, next, ...new Uint8Array((length & 0x1f) + 1)];
      const read = readSynOption(Uint8Array.of(69, 2 + contents.length, ...contents));
      assert.equal(read === undefined, next <= 0x9f, `${length} ${next}`);
    }
  }
});

test("reads all contents of two bytes as the table of RFC 8547 §4.1 has them", () => {
  for (let first = 0; first <= 0xff; first += 1) {
    for (let second = 0; second <= 0xff; second += 1) {
      const read = readSynOption(Uint8Array.of(69, 4, first, second));
      const isLength = (byte: number) => byte >= 0x80 && byte <= 0x9f;
      const bad = isLength(first) || (first < 0x80 && isLength(second));
      assert.equal(read === undefined, bad, `${first} ${second}`);
      const count = (first >= 0x20 ? 1 : 0) + (first < 0xa0 && second >= 0x20 ? 1 : 0);
      if (!bad) assert.equal(read?.teps.length, count, `${first} ${second}`);
    }
  }
});

const suboption = fc
  .record({
    tep: fc.integer({ min: 0x20, max: 0x7f }),
    data: fc.option(fc.uint8Array({ minLength: 1, maxLength: 36 })),
  })
  .map(({ tep, data }) => (data === null ? { tep } : { tep, data }));
const anything: fc.Arbitrary<SynOption> = fc.record(
  {
    global: fc.option(
      fc.record({ passive: fc.boolean(), aware: fc.boolean() }, { noNullPrototype: true }),
      { nil: undefined },
    ),
    teps: fc.array(suboption, { maxLength: 8 }),
  },
  { noNullPrototype: true },
);

test("reads what it writes, and refuses to write only what does not fit", () => {
  fc.assert(
    fc.property(anything, (meaning) => {
      const last = meaning.teps.length - 1;
      const cost = meaning.teps.map(({ data }, index) =>
        data === undefined ? 1 : 1 + data.length + (index < last ? 1 : 0),
      );
      const length = 2 + (meaning.global ? 1 : 0) + cost.reduce((sum, each) => sum + each, 0);
      const counted = meaning.teps.slice(0, -1).every(({ data }) => (data?.length ?? 0) <= 32);
      if (length > 40 || !counted) {
        assert.throws(() => writeSynOption(meaning), RangeError);
        return;
      }
      const written = writeSynOption(meaning);
      assert.equal(written.length, length);
      assert.deepEqual(readSynOption(written), meaning);
    }),
    { numRuns: 500 },
  );
});

/** Contents whose bytes are of all classes equally often. */
const contents = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0x00, max: 0x1f }),
      fc.integer({ min: 0x20, max: 0x7f }),
      fc.integer({ min: 0x80, max: 0x84 }),
      fc.integer({ min: 0xa0, max: 0xff }),
    ),
    { maxLength: 38 },
  )
  .map((inner) => Uint8Array.of(69, 2 + inner.length, ...inner));

test("never throws, and can write again all that it reads, in no more bytes", () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), contents), (bytes) => {
      const read = readSynOption(bytes);
      if (read === undefined) return;
      const written = writeSynOption(read);
      assert.ok(written.length <= bytes.length);
      assert.deepEqual(readSynOption(written), read);
    }),
    { numRuns: 1000 },
  );
});

const unwritable: Readonly<Record<string, SynOption["teps"]>> = {
  "an identifier below 0x20": [{ tep: 0x1f }],
  "an identifier above 0x7f": [{ tep: 0x80 }],
  "an identifier that is no whole number": [{ tep: 0x23 + 0.5 }],
  "no data before another suboption": [{ tep: 0x23, data: bytes("") }, { tep: 0x24 }],
  "33 bytes before another suboption": [{ tep: 0x23, data: new Uint8Array(33) }, { tep: 0x24 }],
  "41 bytes in all": [{ tep: 0x23, data: new Uint8Array(38) }],
};

for (const [what, teps] of Object.entries(unwritable)) {
  test(`refuses to write ${what}`, () => {
    assert.throws(() => writeSynOption({ global: undefined, teps }), RangeError);
  });
}

test("writes the non-SYN form without contents, and takes it with any", () => {
  assert.deepEqual(writeNonSynOption(), bytes("45 02"));
  assert.equal(isEnoOption(bytes("45 02")), true);
  assert.equal(isEnoOption(bytes("45 04 80 00")), true);
  assert.equal(isEnoOption(bytes("45 04 80")), false);
  assert.equal(isEnoOption(bytes("1e 02")), false);
});
