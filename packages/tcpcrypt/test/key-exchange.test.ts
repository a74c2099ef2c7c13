import assert from "node:assert/strict";
import { test } from "node:test";
import { type Aead, aeadName, aeadNames, aeadOf } from "../src/aead.ts";
import { tepNames, tepOf } from "../src/tep.ts";
import { begin, carry, data, establishedPair, freshPair, handle, text } from "./ends.ts";
import { hex } from "./vectors.ts";

const aeads: readonly Aead[] = aeadNames.map(aeadOf);

for (const name of tepNames) {
  for (const aead of aeads) {
    test(`${name} with ${aeadName(aead)}: both ends get the same session ID and data pass`, () => {
      const tep = tepOf(name);
      const { a, b } = establishedPair({ tep, ciphersA: aeads, ciphersB: [aead] });
      assert.ok(a.connection.session !== undefined && b.connection.session !== undefined);
      const { sessionId } = a.connection.session;
      assert.equal(hex(b.connection.session.sessionId), hex(sessionId));
      assert.equal(sessionId.length, 33);
      assert.equal(sessionId[0], tep);
      assert.deepEqual(
        { ...a.connection.session, sessionId: undefined, role: "B" },
        { ...b.connection.session, sessionId: undefined },
      );
      assert.equal(a.connection.session.aead, aead);
      carry(a, b, handle(a, data("from A")));
      carry(b, a, handle(b, data("from B")));
      assert.equal(text(b.delivered), "from A");
      assert.equal(text(a.delivered), "from B");
    });
  }
}

test("session IDs of two connections differ although all but the keys is equal", () => {
  const ids = [establishedPair(), establishedPair()].map(({ a }) => a.connection.session);
  assert.notEqual(hex(ids[0]?.sessionId), hex(ids[1]?.sessionId));
});

test("host B chooses by its own preference among what A offers", () => {
  const { b } = establishedPair({ ciphersA: [0x0001, 0x0002], ciphersB: [0x0010, 0x0002, 0x0001] });
  assert.equal(b.connection.session?.aead, 0x0002);
});

test("host B may send data right behind its Init2", () => {
  const { a, b } = freshPair();
  handle(b, { type: "start" });
  const init2 = handle(b, { type: "received", bytes: handle(a, { type: "start" }) });
  const frame = handle(b, data("early"));
  handle(a, { type: "received", bytes: Buffer.concat([init2, frame]) });
  assert.equal(text(a.delivered), "early");
  assert.deepEqual(a.happened, ["wake-at", "established"]);
});

test("bytes after the public key are ignored, but they count in the session ID", () => {
  const extend = (message: Uint8Array, more: Uint8Array) => {
    const whole = Buffer.concat([message, more]);
    whole.writeUInt32BE(whole.length, 4);
    return whole;
  };
  const { a, b } = freshPair();
  handle(b, { type: "start" });
  const init1 = extend(handle(a, { type: "start" }), Buffer.from("more"));
  const init2 = handle(b, { type: "received", bytes: init1 });
  assert.equal(b.connection.phase, "exchanging-frames");
  handle(a, { type: "received", bytes: extend(init2, Buffer.from("and more")) });
  assert.equal(a.connection.phase, "exchanging-frames");
  assert.notEqual(hex(a.connection.session?.sessionId), hex(b.connection.session?.sessionId));
});

test("messages may be cut at every byte", () => {
  const whole = freshPair();
  const init1Length = handle(whole.a, { type: "start" }).length;
  for (let at = 1; at < init1Length; at += 1) {
    const { a, b } = freshPair();
    handle(b, { type: "start" });
    const init1 = handle(a, { type: "start" });
    assert.equal(handle(b, { type: "received", bytes: init1.slice(0, at) }).length, 0);
    assert.equal(b.connection.phase, "exchanging-keys");
    const init2 = handle(b, { type: "received", bytes: init1.slice(at) });
    const cut = Math.min(at, init2.length - 1);
    handle(a, { type: "received", bytes: init2.slice(0, cut) });
    assert.equal(a.connection.phase, "exchanging-keys");
    handle(a, { type: "received", bytes: init2.slice(cut) });
    assert.equal(a.connection.phase, "exchanging-frames");
  }
});

test("any bit that is changed in a message leads to an abort, or to keys that open nothing", () => {
  const [init1Length, init2Length] = [75, 74];
  for (let bit = 0; bit < (init1Length + init2Length) * 8; bit += 5) {
    const { a, b } = freshPair();
    handle(b, { type: "start" });
    const init1 = handle(a, { type: "start" });
    assert.equal(init1.length, init1Length);
    if (bit < init1Length * 8) flip(init1, bit);
    const init2 = handle(b, { type: "received", bytes: init1 });
    if (bit >= init1Length * 8) flip(init2, bit - init1Length * 8);
    handle(a, { type: "received", bytes: init2 });
    if (a.connection.phase === "exchanging-frames") {
      handle(b, { type: "received", bytes: handle(a, data("never")) });
    }
    handle(a, { type: "received-fin" });
    handle(b, { type: "received-fin" });
    assert.equal(b.delivered.length, 0);
    assert.ok(a.aborted !== undefined && b.aborted !== undefined);
  }
});

test("the key exchange has to be done before its deadline", () => {
  for (const role of ["a", "b"] as const) {
    const end = freshPair({ limits: { keyExchangeMilliseconds: 500 } })[role];
    assert.deepEqual(
      end.connection.handle({ type: "start" }).find(({ type }) => type === "wake-at"),
      { type: "wake-at", at: begin + 500 },
    );
    const early = end.connection.handle({ type: "tick", now: begin + 499 });
    assert.deepEqual(early, [{ type: "wake-at", at: begin + 500 }]);
    handle(end, { type: "tick", now: begin + 500 });
    assert.equal(end.aborted, "key-exchange-timed-out");
  }
});

test("once established, a tick of the key exchange means nothing", () => {
  const { a, b } = establishedPair();
  for (const { connection } of [a, b]) {
    assert.deepEqual(connection.handle({ type: "tick", now: begin + 1e9 }), []);
  }
});

function flip(bytes: Uint8Array, bit: number): void {
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
}
