import assert from "node:assert/strict";
import { test } from "node:test";
import { aeadName, aeadNames, aeadOf } from "../src/aead.ts";
import { sealFrame } from "../src/direction.ts";
import { frameNonce } from "../src/frame-nonce.ts";
import {
  begin,
  carry,
  data,
  directionOfA,
  handle,
  malformedFrame,
  resumedPair,
  text,
} from "./ends.ts";

const noBytes = new Uint8Array(0);

for (const aead of aeadNames.map(aeadOf)) {
  test(`${aeadName(aead)}: after any bit is changed nothing is delivered from there on`, () => {
    const { a } = resumedPair({ aead });
    const frames = [
      handle(a, data("first")),
      handle(a, { type: "rekey" }),
      handle(a, data("second")),
      handle(a, { type: "application-end" }),
    ];
    const stream = Buffer.concat(frames);
    const whole = [5, 5, 11, 11];
    const starts = frames.map((_, index) => Buffer.concat(frames.slice(0, index)).length);
    for (let bit = 0; bit < stream.length * 8; bit += 1) {
      const { b } = resumedPair({ aead });
      const changed = Buffer.from(stream);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      handle(b, { type: "received", bytes: changed });
      const frame = starts.findLastIndex((start) => start <= bit >> 3);
      // What came before the changed frame was delivered, and nothing else.
      const before = frame === 0 ? 0 : (whole[frame - 1] ?? 0);
      assert.equal(text(b.delivered), "firstsecond".slice(0, before));
      assert.ok(!b.happened.includes("deliver-end"));
      if (b.aborted === undefined) {
        // Only a length that grew lets it wait for more, which the end of the stream cuts short.
        assert.ok([1, 2].includes((bit >> 3) - (starts[frame] ?? 0)));
        handle(b, { type: "received-fin" });
        assert.equal(b.aborted, "end-without-finp");
      } else {
        assert.ok(["forged-frame", "short-frame"].includes(b.aborted));
      }
      assert.equal(text(b.delivered).length, before);
    }
  });
}

test("where a length grew and the stream stays open, a keep-alive ends the waiting", () => {
  const { a, b } = resumedPair();
  const frame = handle(a, data("text"));
  frame[1] = 0xff;
  handle(b, { type: "received", bytes: frame });
  assert.equal(b.aborted, undefined);
  carry(b, a, handle(b, { type: "keep-alive", now: begin }));
  handle(b, { type: "tick", now: begin + 1e9 });
  assert.equal(b.aborted, "keep-alive-timed-out");
  assert.equal(b.delivered.length, 0);
});

test("frames that are lost, repeated or exchanged are forged", () => {
  const streams = {
    lost: [1],
    repeated: [0, 0],
    exchanged: [1, 0],
  };
  for (const [what, order] of Object.entries(streams)) {
    const { a, b } = resumedPair();
    const frames = [handle(a, data("one")), handle(a, data("two"))];
    const bytes = Buffer.concat(order.map((index) => frames[index] ?? noBytes));
    handle(b, { type: "received", bytes });
    assert.equal(b.aborted, "forged-frame", what);
  }
});

test("a frame does not come back to its sender", () => {
  const { a } = resumedPair();
  handle(a, { type: "received", bytes: handle(a, data("echo")) });
  assert.equal(a.aborted, "forged-frame");
});

test("data before a forged frame in the same piece are still delivered", () => {
  const { a, b } = resumedPair();
  const [good, bad] = [handle(a, data("good")), handle(a, data("bad"))];
  bad[5] = (bad[5] ?? 0) ^ 1;
  const effects = b.connection.handle({ type: "received", bytes: Buffer.concat([good, bad]) });
  assert.deepEqual(
    effects.map(({ type }) => type),
    ["deliver", "abort"],
  );
});

test("an urgent pointer is read and left unused: its data are delivered in their place", () => {
  const { b } = resumedPair();
  const frame = { end: false, rekey: false, urgent: 3, data: Buffer.from("urgent") };
  const { pieces, next } = sealFrame(directionOfA(), frame);
  handle(b, { type: "received", bytes: Buffer.concat(pieces) });
  const last = sealFrame(next, { end: true, rekey: false, urgent: 0, data: Buffer.from(".") });
  handle(b, { type: "received", bytes: Buffer.concat(last.pieces) });
  assert.equal(text(b.delivered), "urgent.");
  assert.deepEqual(b.happened, ["established", "deliver-end"]);
});

test("an authentic frame without room for its urgent pointer is malformed", () => {
  const { b } = resumedPair();
  handle(b, { type: "received", bytes: malformedFrame() });
  assert.equal(b.aborted, "malformed-frame");
});

test("reserved bits that a peer sets are ignored, because they are authentic", () => {
  const { key, randomizer } = directionOfA();
  const header = Uint8Array.of(0xfe, 0, 19);
  const nonce = frameNonce(randomizer, 0n);
  const {
    prefix,
    text: sealed,
    tag,
  } = key.seal(nonce, header, Uint8Array.of(0xfc), Buffer.from("ok"));
  const { b } = resumedPair();
  handle(b, { type: "received", bytes: Buffer.concat([header, prefix, sealed, tag]) });
  assert.equal(text(b.delivered), "ok");
});

test("the end of the application's stream is FINp, not FIN", () => {
  const { a, b } = resumedPair();
  handle(b, { type: "received", bytes: handle(a, { type: "application-end" }) });
  assert.deepEqual(b.happened, ["established", "deliver-end"]);
  assert.deepEqual(b.connection.handle({ type: "received-fin" }), []);
  handle(a, { type: "received-fin" });
  assert.equal(a.aborted, "end-without-finp");
});

test("nothing may follow FINp, not even in the same piece", () => {
  for (const together of [true, false]) {
    const { a, b } = resumedPair();
    const last = handle(a, { type: "application-end" });
    if (together) {
      handle(b, { type: "received", bytes: Buffer.concat([last, Uint8Array.of(0)]) });
    } else {
      handle(b, { type: "received", bytes: last });
      handle(b, { type: "received", bytes: noBytes });
      assert.equal(b.aborted, undefined);
      handle(b, { type: "received", bytes: Uint8Array.of(0) });
    }
    assert.equal(b.aborted, "after-finp");
    assert.deepEqual(b.happened, ["established", "deliver-end", "abort"]);
  }
});

test("either application may end first, and the other goes on", () => {
  for (const [first, second] of [
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    const pair = resumedPair();
    const [one, other] = [pair[first], pair[second]];
    carry(one, other, handle(one, data("bye")));
    carry(one, other, handle(one, { type: "application-end" }));
    handle(other, { type: "received-fin" });
    assert.equal(other.connection.phase, "exchanging-frames");
    carry(other, one, handle(other, data("not yet")));
    carry(other, one, handle(other, { type: "application-end" }));
    handle(one, { type: "received-fin" });
    assert.equal(text(one.delivered), "not yet");
    assert.equal(text(other.delivered), "bye");
    assert.equal(one.connection.phase, "ended");
    assert.equal(other.connection.phase, "ended");
  }
});

test("a rekeying is answered before its data are delivered", () => {
  const { a, b } = resumedPair({ limits: { rekeyAfterBytes: 1 } });
  const effects = b.connection.handle({ type: "received", bytes: handle(a, data("data")) });
  assert.deepEqual(
    effects.map(({ type }) => type),
    ["send", "deliver"],
  );
});

test("after as many frames as a turn has, the rest is for later, and nothing is lost", () => {
  const { a, b } = resumedPair({ limits: { framesPerTurn: 3 } });
  const frames = [..."12345678"].map((content) => handle(a, data(content)));
  const last = handle(a, { type: "application-end" });
  let rest: Uint8Array = Buffer.concat([...frames, last]);
  const turns: string[][] = [];
  while (rest.length > 0) {
    const effects = b.connection.handle({ type: "received", bytes: rest });
    turns.push(effects.map(({ type }) => type));
    const later = effects.at(-1);
    assert.ok(later !== undefined);
    rest = later.type === "later" ? later.bytes : noBytes;
  }
  assert.deepEqual(turns, [
    ["deliver", "deliver", "deliver", "later"],
    ["deliver", "deliver", "deliver", "later"],
    ["deliver", "deliver", "deliver-end"],
  ]);
  assert.equal(b.connection.counts.bytes.received, 8);
});

test("a turn that ends with its last whole frame leaves nothing for later", () => {
  const { a, b } = resumedPair({ limits: { framesPerTurn: 2 } });
  const frames = Buffer.concat([handle(a, data("1")), handle(a, data("2"))]);
  handle(b, { type: "received", bytes: frames });
  assert.equal(text(b.delivered), "12");
  assert.ok(!b.happened.includes("later"));
});

test("an abort leaves nothing for later", () => {
  const { a, b } = resumedPair({ limits: { framesPerTurn: 1 } });
  const frame = handle(a, data("1"));
  frame[5] = (frame[5] ?? 0) ^ 1;
  handle(b, { type: "received", bytes: Buffer.concat([frame, frame]) });
  assert.deepEqual(b.happened, ["established", "abort"]);
});

test("a frame may be cut at every byte", () => {
  for (let at = 1; at < 24; at += 1) {
    const { a, b } = resumedPair();
    const frame = handle(a, data("data"));
    assert.equal(frame.length, 24);
    handle(b, { type: "received", bytes: frame.slice(0, at) });
    assert.equal(b.delivered.length, 0);
    handle(b, { type: "received", bytes: frame.slice(at) });
    assert.equal(text(b.delivered), "data");
  }
});
