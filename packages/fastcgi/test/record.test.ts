import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FastCgiError } from "../src/fastcgi-error.ts";
import { concatenate, RecordReader, readRecord, recordType, writeRecord } from "../src/record.ts";

const record = fc.record(
  { type: fc.nat(255), requestId: fc.nat(0xffff), content: fc.uint8Array({ maxLength: 300 }) },
  { noNullPrototype: true },
);

test("reads the record of the specification's example, padding and all", () => {
  const bytes = Uint8Array.of(1, 4, 0x12, 0x34, 0, 3, 5, 0, 97, 98, 99, 0, 0, 0, 0, 0, 7);
  assert.deepEqual(readRecord(bytes), {
    record: { type: recordType.PARAMS, requestId: 0x1234, content: Uint8Array.of(97, 98, 99) },
    rest: Uint8Array.of(7),
  });
});

test("reads what it writes", () => {
  fc.assert(
    fc.property(record, (one) => {
      assert.deepEqual(readRecord(writeRecord(one)), { record: one, rest: new Uint8Array(0) });
    }),
  );
});

test("writes the longest content and refuses a longer one", () => {
  const content = new Uint8Array(0xffff);
  assert.equal(
    readRecord(writeRecord({ type: 6, requestId: 1, content }))?.record.content.length,
    0xffff,
  );
  const longer = { type: 6, requestId: 1, content: new Uint8Array(0x10000) };
  assert.throws(() => writeRecord(longer), { code: "too-long" });
});

test("gives the same records wherever the stream is cut", () => {
  const cuts = fc.array(fc.nat(2000), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 6 }), cuts, (records, positions) => {
      const stream = concatenate(records.map(writeRecord));
      const reader = new RecordReader();
      const ends = [...positions.filter((at) => at < stream.length), stream.length].sort(
        (a, b) => a - b,
      );
      let start = 0;
      const seen = ends.flatMap((end) => {
        const piece = stream.slice(start, end);
        start = end;
        const found = reader.read(piece);
        piece.fill(0xaa);
        return found;
      });
      assert.deepEqual(seen, records);
    }),
  );
});

test("gives the same records when each byte comes alone", () => {
  const records = [
    { type: 4, requestId: 1, content: new Uint8Array(0xffff).fill(1) },
    { type: 5, requestId: 2, content: new Uint8Array(0) },
  ];
  const reader = new RecordReader();
  const seen = [...concatenate(records.map(writeRecord))].flatMap((byte) =>
    reader.read(Uint8Array.of(byte)),
  );
  assert.deepEqual(seen, records);
});

test("refuses another version at its first byte", () => {
  assert.throws(() => new RecordReader().read(Uint8Array.of(2)), { code: "bad-version" });
  const reader = new RecordReader();
  reader.read(Uint8Array.of(1, 1, 0));
  assert.throws(() => reader.read(Uint8Array.of(1, 0, 0, 0, 0, 0x16)), { code: "bad-version" });
});

test("throws nothing but its own error for arbitrary bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (pieces) => {
      const reader = new RecordReader();
      try {
        for (const piece of pieces) reader.read(piece);
      } catch (error) {
        assert.ok(error instanceof FastCgiError);
      }
    }),
  );
});
