import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LineTooLong, linesOf } from "../../src/control/lines.ts";

async function* cutAt(text: string, cuts: readonly number[]) {
  const bytes = Buffer.from(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  let start = 0;
  for (const end of ends) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

test("gives the same lines wherever the stream is cut", async () => {
  const line = fc
    .string({ unit: "grapheme", maxLength: 20 })
    .map((text) => text.replaceAll("\n", ""));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line),
      fc.string({ maxLength: 5 }),
      fc.array(fc.nat()),
      async (lines, rest, cuts) => {
        const text = lines.map((one) => `${one}\n`).join("") + rest.replaceAll("\n", "");
        assert.deepEqual(await read(cutAt(text, cuts), 1000), lines);
      },
    ),
  );
});

test("takes a line of as many bytes as allowed, and fails at one more, ended or not", async () => {
  assert.deepEqual(await read(cutAt("12345678\n\nabc\n", [3, 9]), 8), ["12345678", "", "abc"]);
  await assert.rejects(read(cutAt("123456789\n", [3]), 8), LineTooLong);
  await assert.rejects(read(cutAt("123456789", [3]), 8), LineTooLong);
});

async function read(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(stream, maxBytes)) lines.push(line);
  return lines;
}
