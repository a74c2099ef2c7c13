import assert from "node:assert/strict";
import { test } from "node:test";
import { maxFrameData } from "../src/index.ts";
import { begin, carry, data, handle, resumedPair, text } from "./ends.ts";

/** Control bytes and lengths of the frames in a stream. */
function headersOf(stream: Uint8Array): { rekey: boolean; length: number }[] {
  const headers = [];
  const bytes = Buffer.from(stream);
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16BE(at + 1);
    headers.push({ rekey: bytes[at] === 1, length });
    at += 3 + length;
  }
  return headers;
}

const emptyFrame = 17;

test("data of any length go into as few frames as they need", () => {
  const { a, b } = resumedPair();
  const lengths = [1, 4095, 4096, maxFrameData, maxFrameData + 1, 3 * maxFrameData];
  for (const length of lengths) {
    const bytes = Uint8Array.from({ length }, (_, index) => index % 251);
    const stream = handle(a, { type: "application-data", bytes });
    assert.equal(headersOf(stream).length, Math.ceil(length / maxFrameData));
    b.delivered.length = 0;
    handle(b, { type: "received", bytes: stream });
    assert.deepEqual(Buffer.concat(b.delivered), Buffer.from(bytes));
  }
});

test("no data make no frame", () => {
  const { a } = resumedPair();
  assert.deepEqual(a.connection.handle(data("")), []);
});

test("the program may use its buffer again at once", () => {
  const { a, b } = resumedPair();
  const bytes = new Uint8Array(10_000).fill(1);
  const effects = a.connection.handle({ type: "application-data", bytes });
  bytes.fill(2);
  for (const effect of effects) {
    assert.ok(effect.type === "send");
    const stream = Buffer.concat(effect.pieces);
    handle(b, { type: "received", bytes: stream });
    const delivered = Buffer.concat(b.delivered);
    stream.fill(3);
    assert.deepEqual(Buffer.concat(b.delivered), delivered);
  }
  assert.ok(Buffer.concat(b.delivered).every((byte) => byte === 1));
});

test("a rekeying is an empty frame, answered by an empty frame", () => {
  const { a, b } = resumedPair();
  const first = handle(a, { type: "rekey" });
  assert.deepEqual(headersOf(first), [{ rekey: true, length: emptyFrame }]);
  const answer = handle(b, { type: "received", bytes: first });
  assert.deepEqual(headersOf(answer), [{ rekey: true, length: emptyFrame }]);
  assert.equal(handle(a, { type: "received", bytes: answer }).length, 0);
  for (const { connection } of [a, b]) {
    assert.deepEqual(connection.counts.rekeys, { local: 1, remote: 1 });
  }
});

test("not more than one rekeying with an empty frame is under way", () => {
  const { a, b } = resumedPair();
  const first = handle(a, { type: "rekey" });
  assert.equal(handle(a, { type: "rekey" }).length, 0);
  carry(a, b, first);
  assert.equal(handle(a, { type: "rekey" }).length, 3 + emptyFrame);
});

test("both ends may rekey at once, and neither answers", () => {
  const { a, b } = resumedPair();
  const [fromA, fromB] = [handle(a, { type: "rekey" }), handle(b, { type: "rekey" })];
  assert.equal(handle(b, { type: "received", bytes: fromA }).length, 0);
  assert.equal(handle(a, { type: "received", bytes: fromB }).length, 0);
  carry(a, b, handle(a, data("one")));
  carry(b, a, handle(b, data("two")));
  assert.equal(text(b.delivered), "one");
  assert.equal(text(a.delivered), "two");
  assert.deepEqual(a.connection.counts.rekeys, { local: 1, remote: 1 });
});

test("many rekeyings, with data under every key", () => {
  const { a, b } = resumedPair();
  for (let round = 0; round < 300; round += 1) {
    const [from, to] = round % 3 === 0 ? [a, b] : [b, a];
    carry(from, to, handle(from, { type: "rekey" }));
    carry(a, b, handle(a, data("a")));
    carry(b, a, handle(b, data("b")));
  }
  assert.equal(text(b.delivered), "a".repeat(300));
  assert.equal(text(a.delivered), "b".repeat(300));
  assert.deepEqual(a.connection.counts.rekeys, { local: 300, remote: 300 });
});

test("keys are renewed after as many bytes as the limit says, ahead of the peer if need be", () => {
  const { a, b } = resumedPair({ limits: { rekeyAfterBytes: 100 } });
  // Each frame has 20 bytes around its data.
  const stream = [10, 50, 1, 59, 60, 81].map((length) => handle(a, data("x".repeat(length))));
  assert.deepEqual(
    stream.map((bytes) => headersOf(bytes)[0]?.rekey),
    [false, false, true, false, true, true],
  );
  const answer = handle(b, { type: "received", bytes: Buffer.concat(stream) });
  assert.equal(headersOf(answer).length, 3);
  handle(a, { type: "received", bytes: answer });
  assert.deepEqual(a.connection.counts.rekeys, { local: 3, remote: 3 });
  assert.equal(text(b.delivered).length, 261);
});

test("a key wears out by the frames that it seals, however little they hold", () => {
  const { a, b } = resumedPair({ limits: { rekeyAfterBytes: 210 } });
  const frames = Array.from({ length: 30 }, () => handle(a, data("x")));
  const renewed = frames.flatMap((frame, at) => (headersOf(frame)[0]?.rekey ? [at] : []));
  assert.deepEqual(renewed, [10, 20]);
  handle(b, { type: "received", bytes: Buffer.concat(frames) });
  assert.equal(text(b.delivered), "x".repeat(30));
});

test("FINp is the last thing that is sent, and it comes once", () => {
  const { a, b } = resumedPair();
  const end = a.connection.handle({ type: "application-end" });
  assert.deepEqual(
    end.map(({ type }) => type),
    ["send", "send-fin"],
  );
  assert.deepEqual(a.connection.handle({ type: "application-end" }), []);
  assert.deepEqual(a.connection.handle({ type: "rekey" }), []);
  assert.deepEqual(a.connection.handle({ type: "keep-alive", now: begin }), []);
  // The peer may go on, and rekey, but gets no answer any more.
  carry(b, a, handle(b, data("still here")));
  const rekey = handle(b, { type: "rekey" });
  assert.equal(handle(a, { type: "received", bytes: rekey }).length, 0);
  assert.deepEqual(a.connection.counts.rekeys, { local: 1, remote: 1 });
  carry(b, a, handle(b, data(", under new keys")));
  assert.equal(text(a.delivered), "still here, under new keys");
});

test("a keep-alive is a rekeying, and its answer is enough", () => {
  const { a, b } = resumedPair({ limits: { keepAliveMilliseconds: 500 } });
  const probe = handle(a, { type: "keep-alive", now: begin });
  assert.deepEqual(headersOf(probe), [{ rekey: true, length: emptyFrame }]);
  assert.equal(a.happened.at(-1), "wake-at");
  carry(a, b, probe);
  assert.deepEqual(a.connection.handle({ type: "tick", now: begin + 500 }), []);
});

test("a keep-alive without an answer is an abort", () => {
  const { a } = resumedPair({ limits: { keepAliveMilliseconds: 500 } });
  handle(a, { type: "keep-alive", now: begin });
  assert.deepEqual(a.connection.handle({ type: "tick", now: begin + 499 }), [
    { type: "wake-at", at: begin + 500 },
  ]);
  handle(a, { type: "tick", now: begin + 500 });
  assert.equal(a.aborted, "keep-alive-timed-out");
});

test("frames that a peer sent before the keep-alive are no answer", () => {
  const { a, b } = resumedPair();
  const old = handle(b, data("old"));
  handle(a, { type: "keep-alive", now: begin });
  handle(a, { type: "received", bytes: old });
  handle(a, { type: "tick", now: begin + 1e9 });
  assert.equal(a.aborted, "keep-alive-timed-out");
});

test("a rekeying under way serves as keep-alive, and a second keep-alive changes nothing", () => {
  const { a } = resumedPair({ limits: { keepAliveMilliseconds: 500 } });
  handle(a, { type: "rekey" });
  assert.deepEqual(a.connection.handle({ type: "keep-alive", now: begin }), [
    { type: "wake-at", at: begin + 500 },
  ]);
  assert.deepEqual(a.connection.handle({ type: "keep-alive", now: begin + 400 }), []);
  handle(a, { type: "tick", now: begin + 500 });
  assert.equal(a.aborted, "keep-alive-timed-out");
});

test("a peer that has ended its stream is not asked, and owes no answer", () => {
  const { a, b } = resumedPair();
  handle(a, { type: "keep-alive", now: begin });
  handle(a, { type: "received", bytes: handle(b, { type: "application-end" }) });
  assert.deepEqual(a.connection.handle({ type: "tick", now: begin + 1e9 }), []);
  assert.deepEqual(a.connection.handle({ type: "keep-alive", now: begin }), []);
});
