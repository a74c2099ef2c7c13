import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type AbortReason,
  abortReasonTexts,
  type ConnectionEvent,
  createConnection,
  createKeyPair,
} from "../src/index.ts";
import {
  begin,
  carry,
  data,
  type End,
  entropyOf,
  establishedPair,
  freshPair,
  handle,
  malformedFrame,
  resumedPair,
  settlementOf,
  sharedSecret,
  text,
} from "./ends.ts";
import { hex, unhex } from "./vectors.ts";

/** An end after `start`, and then after bytes from its peer. */
function startedA(...received: readonly Uint8Array[]): End {
  const { a } = freshPair();
  handle(a, { type: "start" });
  for (const bytes of received) handle(a, { type: "received", bytes });
  return a;
}

function startedB(...received: readonly Uint8Array[]): End {
  const { b } = freshPair();
  handle(b, { type: "start" });
  for (const bytes of received) handle(b, { type: "received", bytes });
  return b;
}

/** Init1 with these bytes from its byte 8 on, and Init2 likewise. */
const init1 = (body: string) => withLength("15101a0e", body);
const init2 = (body: string) => withLength("097105e0", body);

function withLength(magic: string, body: string): Uint8Array {
  const length = (8 + body.length / 2).toString(16).padStart(8, "0");
  return unhex(magic + length + body);
}

function receivedBy(end: "a" | "b", bytes: Uint8Array): End {
  const pair = resumedPair();
  handle(pair[end], { type: "received", bytes });
  return pair[end];
}

const nonce = "11".repeat(32);
const zeroKey = "00".repeat(32);

/** How each abort comes about; most have more cases in the tests of the files they belong to. */
const aborted = {
  "early-bytes": () => {
    const { b } = freshPair();
    handle(b, { type: "received", bytes: Uint8Array.of(0x15) });
    return b;
  },
  "bad-magic": () => startedB(Buffer.from("G")),
  "init-too-long": () => startedA(unhex("097105e000010000")),
  "init-too-short": () => startedB(init1("010001")),
  "no-common-cipher": () => startedB(init1(`0200020099${nonce}${zeroKey}`)),
  "cipher-not-offered": () => startedA(init2(`0010${nonce}${zeroKey}`)),
  "bad-public-key": () => startedA(init2(`0001${nonce}${zeroKey}`)),
  "end-in-key-exchange": () => {
    const a = startedA();
    handle(a, { type: "received-fin" });
    return a;
  },
  "key-exchange-timed-out": () => {
    const a = startedA();
    handle(a, { type: "tick", now: begin + 1e6 });
    return a;
  },
  "short-frame": () => receivedBy("a", Uint8Array.of(0, 0, 16)),
  "forged-frame": () => receivedBy("b", Uint8Array.of(0, 0, 97, ...new Uint8Array(97))),
  "malformed-frame": () => receivedBy("b", malformedFrame()),
  "after-finp": () => {
    const { a, b } = resumedPair();
    const bytes = Buffer.concat([handle(a, { type: "application-end" }), Uint8Array.of(0)]);
    handle(b, { type: "received", bytes });
    return b;
  },
  "end-without-finp": () => {
    const { a } = resumedPair();
    handle(a, { type: "received-fin" });
    return a;
  },
  "keep-alive-timed-out": () => {
    const { a } = resumedPair();
    handle(a, { type: "keep-alive", now: begin });
    handle(a, { type: "tick", now: begin + 1e6 });
    return a;
  },
  "early-application-data": () => {
    const a = startedA();
    handle(a, data("early"));
    return a;
  },
  "late-application-data": () => {
    const { a } = resumedPair();
    handle(a, { type: "application-end" });
    handle(a, data("late"));
    return a;
  },
} satisfies Record<AbortReason, () => End>;

const anyEvents: readonly ConnectionEvent[] = [
  { type: "start" },
  { type: "received", bytes: Buffer.from("more") },
  { type: "received-fin" },
  data("more"),
  { type: "application-end" },
  { type: "rekey" },
  { type: "keep-alive", now: begin },
  { type: "tick", now: begin },
  { type: "close" },
];

for (const [reason, abort] of Object.entries(aborted)) {
  test(`aborts as ${reason}, and nothing happens afterwards`, () => {
    const { connection, aborted, happened, delivered } = abort();
    assert.equal(aborted, reason);
    assert.equal(connection.phase, "aborted");
    assert.equal(connection.abortReason, reason);
    assert.equal(happened.filter((type) => type === "abort").length, 1);
    assert.equal(delivered.length, 0);
    for (const event of anyEvents) assert.deepEqual(connection.handle(event), []);
    assert.equal(connection.abortReason, reason);
  });
}

test("each reason has a text that says what happened", () => {
  for (const sentence of Object.values(abortReasonTexts)) {
    assert.match(sentence, /^[a-z].{20,}[^.]$/);
  }
});

test("two ends understand each other however the stream between them is cut and joined", () => {
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ type: fc.constant("data" as const), size: fc.nat(9000) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("data" as const), size: fc.nat(200_000) }),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom({ type: "rekey" } as const, { type: "keep-alive" } as const),
    },
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant("arrive" as const), size: fc.nat(70_000) }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("arrive" as const), size: fc.nat(30) }) },
  );
  const story = fc.array(fc.tuple(fc.constantFrom("a" as const, "b" as const), action), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(story, fc.constantFrom(100, 10_000, 2 ** 36), (events, rekeyAfterBytes) => {
      const ends = establishedPair({ limits: { rekeyAfterBytes } });
      const sent = { a: "", b: "" };
      const wire = { a: Buffer.alloc(0), b: Buffer.alloc(0) };
      const hand = (who: "a" | "b", event: ConnectionEvent) => {
        wire[who] = Buffer.concat([wire[who], handle(ends[who], event)]);
      };
      const arrive = (who: "a" | "b", size: number) => {
        const from = who === "a" ? "b" : "a";
        // The copy is overwritten afterwards, as a program does that reads into one buffer.
        const bytes = Buffer.from(wire[from].subarray(0, size));
        wire[from] = wire[from].subarray(size);
        hand(who, { type: "received", bytes });
        bytes.fill(0xaa);
      };
      for (const [who, happening] of events) {
        if (happening.type === "rekey") hand(who, { type: "rekey" });
        else if (happening.type === "keep-alive") hand(who, { type: "keep-alive", now: begin });
        else if (happening.type === "arrive") arrive(who, happening.size);
        else {
          const content = String.fromCharCode(0x21 + (sent[who].length % 90)).repeat(
            happening.size,
          );
          sent[who] += content;
          hand(who, data(content));
        }
      }
      hand("a", { type: "application-end" });
      hand("b", { type: "application-end" });
      while (wire.a.length + wire.b.length > 0) {
        arrive("b", 50_000);
        arrive("a", 50_000);
      }
      for (const [end, expected, from] of [
        [ends.b, sent.a, sent.b],
        [ends.a, sent.b, sent.a],
      ] as const) {
        assert.equal(end.aborted, undefined);
        assert.ok(text(end.delivered) === expected);
        assert.equal(end.happened.at(-1), "deliver-end");
        assert.deepEqual(end.connection.counts.bytes, {
          sent: from.length,
          received: expected.length,
        });
        assert.equal(end.connection.phase, "ended");
      }
    }),
    { numRuns: 60 },
  );
});

test("any bytes in any state lead to effects that are documented, and never to an error", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.uint8Array({ maxLength: 100 }).map((rest) => Buffer.concat([unhex("15101a0e000000"), rest])),
    fc.uint8Array({ maxLength: 100 }).map((rest) => Buffer.concat([unhex("097105e0000000"), rest])),
    fc.uint8Array({ maxLength: 100 }).map((rest) => Buffer.concat([unhex("000020"), rest])),
  );
  const makers = [
    () => freshPair().a,
    () => startedA(),
    () => startedB(),
    () => resumedPair().a,
    () => establishedPair().b,
  ];
  fc.assert(
    fc.property(fc.constantFrom(...makers), fc.array(bytes, { maxLength: 6 }), (make, pieces) => {
      const end = make();
      for (const piece of pieces) handle(end, { type: "received", bytes: piece });
      handle(end, { type: "received-fin" });
      assert.ok(end.aborted !== undefined && end.aborted in abortReasonTexts);
      assert.equal(end.delivered.length, 0);
    }),
    { numRuns: 300 },
  );
});

test("phases and counts tell where a connection is", () => {
  const { a, b } = freshPair();
  assert.equal(a.connection.phase, "expecting-start");
  handle(b, { type: "start" });
  const message = handle(a, { type: "start" });
  assert.equal(a.connection.phase, "exchanging-keys");
  assert.equal(b.connection.phase, "exchanging-keys");
  assert.equal(a.connection.session, undefined);
  carry(a, b, message);
  assert.equal(a.connection.phase, "exchanging-frames");
  carry(a, b, handle(a, data("12345")));
  carry(a, b, handle(a, { type: "rekey" }));
  const counts = { bytes: { sent: 0, received: 5 }, rekeys: { local: 1, remote: 1 } };
  assert.deepEqual(b.connection.counts, counts);
  carry(a, b, handle(a, { type: "application-end" }));
  assert.equal(b.connection.phase, "exchanging-frames");
  const sessionId = hex(b.connection.session?.sessionId);
  handle(b, { type: "close" });
  assert.equal(b.connection.phase, "closed");
  assert.deepEqual(b.connection.counts, counts);
  assert.equal(hex(b.connection.session?.sessionId), sessionId);
  assert.equal(b.connection.abortReason, undefined);
});

test("tells both hosts' awareness and roles", () => {
  const { a, b } = establishedPair();
  assert.deepEqual(a.connection.session?.aware, { local: false, remote: true });
  assert.equal(a.connection.session?.role, "A");
  assert.equal(b.connection.session?.role, "B");
  assert.equal(b.connection.session?.resumed, false);
});

test("a key pair serves one connection", () => {
  const keyPair = createKeyPair(0x23);
  const options = { ciphers: [0x0001], entropy: entropyOf(1), now: 0, cacheSecret: false } as const;
  const a = createConnection({ ...options, settlement: settlementOf("A"), keyPair });
  const { b } = freshPair();
  handle(b, { type: "start" });
  const [sent] = a.handle({ type: "start" });
  assert.ok(sent?.type === "send");
  a.handle({
    type: "received",
    bytes: handle(b, { type: "received", bytes: Buffer.concat(sent.pieces) }),
  });
  assert.equal(a.phase, "exchanging-frames");
  assert.throws(() => keyPair.agree(createKeyPair(0x23).publicKey), TypeError);
});

test("refuses what cannot be put together", () => {
  const options = { ciphers: [0x0001], entropy: entropyOf(1), now: 0, cacheSecret: false } as const;
  const resumed = settlementOf("A", { resumed: true });
  assert.throws(() => createConnection({ ...options, settlement: resumed }), TypeError);
  const spent = sharedSecret().a;
  spent.wipe();
  assert.throws(
    () => createConnection({ ...options, settlement: resumed, secret: spent }),
    TypeError,
  );
  const other = settlementOf("A", { resumed: true, tep: 0x24 });
  const { a: secret } = sharedSecret();
  assert.throws(() => createConnection({ ...options, settlement: other, secret }), TypeError);
  const keyPair = createKeyPair(0x24);
  const settlement = settlementOf("A");
  assert.throws(() => createConnection({ ...options, settlement, keyPair }), TypeError);
  // Found out when the connection is made, because events never lead to errors.
  for (const count of [0, 256]) {
    const ciphers = Array.from({ length: count }, () => 0x0001 as const);
    assert.throws(() => createConnection({ ...options, settlement, ciphers }), RangeError);
  }
});
