import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { closeFrame, FrameFollower } from "../../src/proxy/websocket-frames.ts";
import { frame } from "./frames.ts";

const frames = fc.array(
  fc.record({
    // Around each change of the form of a length.
    length: fc.oneof(fc.nat(200), fc.constantFrom(125, 126, 127, 65_535, 65_536, 70_000)),
    isMasked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

test("reads the examples of RFC 6455 §5.7", () => {
  const examples = {
    "single-frame unmasked text": "810548656c6c6f",
    "single-frame masked text": "818537fa213d7f9f4d5158",
    "fragmented unmasked text": "010348656c80026c6f",
    "unmasked ping": "890548656c6c6f",
  };
  for (const [name, hex] of Object.entries(examples)) {
    const follower = new FrameFollower();
    follower.follow(Buffer.from(hex.slice(0, -2), "hex"));
    assert.equal(follower.isBetweenFrames, false, name);
    follower.follow(Buffer.from(hex.slice(-2), "hex"));
    assert.equal(follower.isBetweenFrames, true, name);
  }
});

test("finds the end of every frame, however the stream is cut", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 5000 })), (list, cuts) => {
      const all = list.map(frame);
      const ends = all.map((_, index) => Buffer.concat(all.slice(0, index + 1)).length);
      const total = ends.at(-1) ?? 0;
      const follower = new FrameFollower();
      for (let position = 0, next = 0; position < total; next += 1) {
        const piece = Buffer.concat(all).subarray(position, position + (cuts[next] ?? total));
        const firstEnd = follower.follow(piece);
        const expected = ends.find((end) => end > position && end <= position + piece.length);
        assert.equal(position + firstEnd, expected ?? position + piece.length);
        position += piece.length;
        assert.equal(follower.isBetweenFrames, ends.includes(position));
      }
    }),
  );
});

test("never finds the end of a frame that nobody can send", () => {
  const follower = new FrameFollower();
  follower.follow(Buffer.from("82 7f ffffffffffffffff".replaceAll(" ", ""), "hex"));
  follower.follow(Buffer.alloc(100_000));
  assert.equal(follower.isBetweenFrames, false);
});

test("writes close frames as RFC 6455 §5.5.1 draws them", () => {
  assert.deepEqual(Buffer.from(closeFrame(4401, "no")), Buffer.from("880411316e6f", "hex"));
  const masked = closeFrame(4401, "no", Buffer.from("37fa213d", "hex"));
  assert.deepEqual(Buffer.from(masked), Buffer.from("888437fa213d26cb4f52", "hex"));
});

test("refuses a reason that no control frame can hold", () => {
  assert.equal(closeFrame(4401, "a".repeat(123)).length, 127);
  assert.throws(() => closeFrame(4401, "a".repeat(124)), RangeError);
});
