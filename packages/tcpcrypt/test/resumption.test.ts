import assert from "node:assert/strict";
import { test } from "node:test";
import {
  answerSyn,
  createConnection,
  offerSyn,
  type Role,
  SecretCache,
  settle,
} from "../src/index.ts";
import { ResumableSecret, sessionNonce } from "../src/resumption.ts";
import {
  begin,
  carry,
  data,
  type End,
  endOf,
  entropyOf,
  establishedPair,
  handle,
  sharedSecret,
  text,
} from "./ends.ts";
import { hex } from "./vectors.ts";

/** The secrets that both ends have after a connection on which frames went both ways. */
function secretsOf({ a, b }: { a: End; b: End }): [ResumableSecret, ResumableSecret] {
  carry(a, b, handle(a, data("request")));
  carry(b, a, handle(b, data("answer")));
  const [ofA, ofB] = [a.secrets[0], b.secrets[0]];
  assert.ok(ofA !== undefined && ofB !== undefined);
  return [ofA, ofB];
}

/** Resumes with real options: `opener` is the active opener, so A of the new connection. */
function resume(
  opener: ResumableSecret,
  other: ResumableSecret,
  nonceLength = 8,
): { a: End; b: End } {
  const nonce = (fill: number) => new Uint8Array(nonceLength).fill(fill);
  const syn = offerSyn({
    teps: [opener.tep],
    aware: "off",
    resumption: { tep: opener.tep, half: opener.half, nonce: nonce(1) },
  });
  assert.ok(syn !== undefined);
  const terms = (secret: ResumableSecret) =>
    ({ teps: [secret.tep], aware: "off", resumption: secret.offered }) as const;
  const synAck = answerSyn(syn, terms(other), (tep, half) => {
    assert.deepEqual([tep, hex(half)], [other.tep, hex(other.expectedHalf)]);
    return { half: other.half, nonce: nonce(2) };
  });
  assert.ok(synAck !== undefined);
  const end = (role: Role, secret: ResumableSecret) => {
    const [sent, received] = role === "A" ? [syn, synAck] : [synAck, syn];
    const settlement = settle(sent, received, terms(secret));
    assert.ok(settlement.agreed && settlement.resumption !== undefined);
    const options = { settlement, ciphers: [], entropy: entropyOf(9), now: begin } as const;
    const resumed = endOf(createConnection({ ...options, secret, cacheSecret: true }));
    assert.equal(handle(resumed, { type: "start" }).length, 0);
    return resumed;
  };
  return { a: end("A", opener), b: end("B", other) };
}

test("a chain of connections resumes one another, with roles as they come", () => {
  let [ofA, ofB] = secretsOf(
    establishedPair({ cacheSecret: true, ciphersA: [0x0002], ciphersB: [0x0002] }),
  );
  const seen = new Set<string | undefined>();
  for (let round = 0; round < 6; round += 1) {
    // The host that was A in the first session opens two of three connections.
    const swapped = round % 3 === 2;
    const pair = swapped ? resume(ofB, ofA) : resume(ofA, ofB);
    const ids = [pair.a, pair.b].map(({ connection }) => hex(connection.session?.sessionId));
    assert.equal(ids[0], ids[1]);
    assert.ok(!seen.has(ids[0]));
    seen.add(ids[0]);
    assert.equal(pair.a.connection.session?.sessionId[0], 0x80 | 0x23);
    assert.equal(pair.a.connection.session?.resumed, true);
    assert.equal(pair.a.connection.session?.aead, 0x0002);
    assert.equal(pair.a.connection.session?.role, "A");
    const next = secretsOf(pair);
    assert.equal(text(pair.b.delivered), "request");
    [ofA, ofB] = swapped ? [next[1], next[0]] : next;
    assert.equal(ofA.originalRole, "A");
    assert.equal(ofB.originalRole, "B");
  }
});

test("resumption nonces may be as short as nothing", () => {
  const { a: first, b: second } = sharedSecret();
  const { a, b } = resume(first, second, 0);
  secretsOf({ a, b });
  assert.equal(text(a.delivered), "answer");
});

test("which keys a host uses is decided by its role in the first session", () => {
  const { a, b } = sharedSecret();
  const { a: opener, b: other } = resume(b, a, 0);
  const { a: first, b: second } = sharedSecret();
  const straight = resume(first, second, 0);
  // Both are A now, with one secret and no nonces; but in the first session only one was A.
  assert.notEqual(hex(handle(opener, data("x"))), hex(handle(straight.a, data("x"))));
  carry(other, opener, handle(other, data("from what is B now")));
  assert.equal(text(opener.delivered), "from what is B now");
});

test("the nonces stand in the order of the first session's roles", () => {
  const nonces = { nonceA: Uint8Array.of(1, 2), nonceB: Uint8Array.of(3) };
  assert.deepEqual([...sessionNonce("A", "A", nonces)], [1, 2, 3]);
  assert.deepEqual([...sessionNonce("B", "B", nonces)], [1, 2, 3]);
  assert.deepEqual([...sessionNonce("A", "B", nonces)], [3, 1, 2]);
  assert.deepEqual([...sessionNonce("B", "A", nonces)], [3, 1, 2]);
});

test("the halves of the two hosts answer each other", () => {
  const { a, b } = sharedSecret();
  assert.equal(hex(a.half), hex(b.expectedHalf));
  assert.equal(hex(b.half), hex(a.expectedHalf));
  assert.notEqual(hex(a.half), hex(b.half));
});

test("a secret is given away once", () => {
  const { a } = sharedSecret();
  a.spend();
  assert.ok(a.isSpent);
  assert.throws(() => a.spend(), TypeError);
});

test("a secret serves one connection, and is zero as soon as that has its keys", () => {
  const bytes = new Uint8Array(32).fill(7);
  const secret = new ResumableSecret({ tep: 0x23, aead: 0x0001, originalRole: "A" }, bytes);
  resume(secret, sharedSecret().b);
  assert.ok(bytes.every((byte) => byte === 0));
  assert.throws(() => resume(secret, sharedSecret().b), TypeError);
});

test("a secret that was offered is wiped when the peer wants a fresh key exchange", () => {
  const bytes = new Uint8Array(32).fill(7);
  const secret = new ResumableSecret({ tep: 0x23, aead: 0x0001, originalRole: "A" }, bytes);
  const resumption = { tep: 0x23, half: secret.half, nonce: new Uint8Array(8) } as const;
  const syn = offerSyn({ teps: [0x23], aware: "off", resumption });
  assert.ok(syn !== undefined);
  const terms = { teps: [0x23], aware: "off" } as const;
  const synAck = answerSyn(syn, terms);
  assert.ok(synAck !== undefined);
  const settlement = settle(syn, synAck, { ...terms, resumption: secret.offered });
  assert.ok(settlement.agreed);
  const options = { settlement, ciphers: [0x0001], entropy: entropyOf(1), now: 0 } as const;
  const connection = createConnection({ ...options, cacheSecret: true, secret });
  assert.ok(bytes.every((byte) => byte === 0));
  connection.handle({ type: "close" });
});

test("nothing is cached before a frame has proven that the peer has the same secret", () => {
  const { a, b } = establishedPair({ cacheSecret: true });
  assert.deepEqual([a.secrets.length, b.secrets.length], [0, 0]);
  carry(a, b, handle(a, data("x")));
  assert.deepEqual([a.secrets.length, b.secrets.length], [0, 1]);
  carry(a, b, handle(a, data("y")));
  carry(b, a, handle(b, { type: "application-end" }));
  assert.deepEqual([a.secrets.length, b.secrets.length], [1, 1]);
});

test("nothing is cached unless the program wants it", () => {
  const { a, b } = establishedPair();
  carry(a, b, handle(a, data("x")));
  assert.equal(b.secrets.length, 0);
});

test("through two caches, either host can resume what the other opened", () => {
  const caches = { client: new SecretCache(), server: new SecretCache() };
  const [ofA, ofB] = secretsOf(establishedPair({ cacheSecret: true }));
  caches.client.put(ofA, "server", begin);
  caches.server.put(ofB, "client", begin);
  const taken = caches.server.take("client", begin);
  assert.ok(taken !== undefined);
  const named = caches.client.takeByHalf(taken.tep, taken.half, begin);
  assert.ok(named !== undefined);
  secretsOf(resume(taken, named));
  assert.equal(caches.client.take("server", begin), undefined);
});
