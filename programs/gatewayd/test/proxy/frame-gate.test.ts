import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import fc from "fast-check";
import { createFrameGate } from "../../src/proxy/frame-gate.ts";
import { closeFrame } from "../../src/proxy/websocket-frames.ts";
import { frame } from "./frames.ts";

const last = Buffer.from(closeFrame(4401, "sign-in required"));

/** What comes out when the gate is told to end after so many bytes of what goes in. */
async function passing(bytes: Buffer, pieceLength: number, endsAfter: number) {
  const gate = createFrameGate();
  const out = buffer(gate.stream);
  for (let position = 0; position < bytes.length; position += pieceLength) {
    if (position >= endsAfter) gate.endWith(last);
    gate.stream.write(bytes.subarray(position, position + pieceLength));
  }
  gate.stream.end();
  return out;
}

test("passes everything when nothing ends it", async () => {
  const bytes = Buffer.concat([frame({ length: 300 }), frame({ length: 5 })]);
  assert.deepEqual(await passing(bytes, 7, Number.POSITIVE_INFINITY), bytes);
});

test("ends at the next end of a frame, and lets nothing through after it", async () => {
  const lengths = fc.array(fc.nat(400), { minLength: 1, maxLength: 5 });
  const sample = fc.tuple(lengths, fc.integer({ min: 1, max: 500 }), fc.nat(600));
  await fc.assert(
    fc.asyncProperty(sample, async ([list, pieceLength, endsAfter]) => {
      const frames = list.map((length) => frame({ length }));
      const bytes = Buffer.concat(frames);
      // It is told between two pieces.
      const told = Math.ceil(endsAfter / pieceLength) * pieceLength;
      let end = 0;
      for (const { length } of frames) if (end < told) end += length;
      const whole = told >= bytes.length ? bytes : Buffer.concat([bytes.subarray(0, end), last]);
      assert.deepEqual(await passing(bytes, pieceLength, endsAfter), whole);
    }),
  );
});

test("ends at once where no frame is under way, and only once", async () => {
  const gate = createFrameGate();
  const out = buffer(gate.stream);
  gate.endWith(last);
  gate.endWith(last);
  gate.stream.end(frame({ length: 3 }));
  assert.deepEqual(await out, last);
});

test("adds nothing to a stream that has ended by itself", async () => {
  const gate = createFrameGate();
  const out = buffer(gate.stream);
  gate.stream.end();
  assert.deepEqual(await out, Buffer.alloc(0));
  gate.endWith(last);
});
