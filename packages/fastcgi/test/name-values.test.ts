import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FastCgiError } from "../src/fastcgi-error.ts";
import { maxPairs, readNameValues, writeNameValues } from "../src/name-values.ts";

const latin1 = fc.string({
  unit: fc.nat(255).map((code) => String.fromCharCode(code)),
  maxLength: 300,
});

test("reads what it writes, short and long", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(latin1, latin1), { maxLength: 20 }), (entries) => {
      const pairs = new Map(entries);
      assert.deepEqual(readNameValues(writeNameValues(pairs)), pairs);
    }),
  );
});

test("reads lengths of one byte and of four", () => {
  const bytes = Uint8Array.of(1, 0x80, 0, 0, 2, 97, 98, 99);
  assert.deepEqual(readNameValues(bytes), new Map([["a", "bc"]]));
});

const refused = {
  "a missing value length": [Uint8Array.of(1), "bad-pair"],
  "a cut length": [Uint8Array.of(1, 0x80, 0), "bad-pair"],
  "a cut value": [Uint8Array.of(1, 2, 97, 98), "bad-pair"],
  "a length far beyond the end": [
    Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    "bad-pair",
  ],
  "a name that comes twice": [Uint8Array.of(1, 0, 97, 1, 1, 97, 98), "repeated-name"],
} satisfies Record<string, [Uint8Array, string]>;

for (const [what, [bytes, code]] of Object.entries(refused)) {
  test(`refuses ${what}`, () => {
    assert.throws(() => readNameValues(bytes), { name: "FastCgiError", code });
  });
}

test("refuses more pairs than the limit", () => {
  const pairs = new Map(Array.from({ length: maxPairs }, (_, index) => [`N${index}`, ""]));
  assert.equal(readNameValues(writeNameValues(pairs)).size, maxPairs);
  pairs.set("ONE_MORE", "");
  assert.throws(() => readNameValues(writeNameValues(pairs)), { code: "too-many-pairs" });
});

test("refuses to write a character that is no byte", () => {
  assert.throws(() => writeNameValues(new Map([["a", "\u0100"]])), { code: "bad-pair" });
});

test("throws nothing but its own error for arbitrary bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readNameValues(bytes);
      } catch (error) {
        assert.ok(error instanceof FastCgiError);
      }
    }),
  );
});
