import assert from "node:assert/strict";
import { test } from "node:test";
import { keyPairOf } from "../src/crypto.ts";
import { resumptionSuboption } from "../src/eno/offer.ts";
import { createConnection, type Role, settle } from "../src/index.ts";
import {
  firstMasterKey,
  firstSecret,
  nextMasterKey,
  nextSecret,
  resumptionIdentifier,
  sessionIdOf,
  trafficKey,
} from "../src/key-schedule.ts";
import { ResumableSecret, sessionNonce } from "../src/resumption.ts";
import { type End, endOf, handle, text } from "./ends.ts";
import { hex, type TcpcryptVector, tcpcryptVectors, unhex } from "./vectors.ts";

const none = new Uint8Array(0);
const plaintextA = "hello tcpcrypt";
const plaintextB = String.fromCharCode(...Array.from({ length: 100 }, (_, index) => index));

function end(vector: TcpcryptVector, role: Role): End {
  const options = { sent: unhex(vector.enoA), received: unhex(vector.enoB) };
  const settlement =
    role === "A"
      ? settle(options.sent, options.received, { teps: [vector.tep], aware: "off" })
      : settle(options.received, options.sent, { teps: [vector.tep], aware: "off" });
  assert.ok(settlement.agreed);
  return endOf(
    createConnection({
      settlement,
      ciphers: role === "A" ? [0x0001, 0x0002, 0x0010] : [vector.aead],
      entropy: { bytes: () => unhex(role === "A" ? vector.nA : vector.nB) },
      now: 0,
      cacheSecret: true,
      keyPair: keyPairOf(vector.tep, unhex(role === "A" ? vector.privA : vector.privB)),
    }),
  );
}

test("there are vectors", () => assert.equal(tcpcryptVectors.length, 3));

for (const vector of tcpcryptVectors) {
  test(`${vector.name}: keys and the ephemeral secret`, () => {
    const a = keyPairOf(vector.tep, unhex(vector.privA));
    const b = keyPairOf(vector.tep, unhex(vector.privB));
    assert.equal(hex(a.publicKey), vector.pubA);
    assert.equal(hex(b.publicKey), vector.pubB);
    assert.equal(hex(a.agree(b.publicKey)), vector.es);
    assert.equal(hex(b.agree(a.publicKey)), vector.es);
  });

  test(`${vector.name}: the key schedule`, () => {
    const record = {
      nonceA: unhex(vector.nA),
      transcript: unhex(vector.enoA + vector.enoB),
      init1: unhex(vector.init1),
      init2: unhex(vector.init2),
    };
    const first = firstSecret(record, unhex(vector.es));
    assert.equal(hex(first), vector.ss0);
    const second = nextSecret(first);
    assert.equal(hex(second), vector.ss1);
    assert.equal(hex(nextSecret(second)), vector.ss2);
    assert.equal(hex(sessionIdOf(vector.tep, first, none)), vector.sessionId);
    const masterKey = firstMasterKey(first, none);
    assert.equal(hex(masterKey), vector.mk0);
    assert.equal(hex(nextMasterKey(masterKey)), vector.mk1);
    assert.equal(hex(trafficKey(masterKey, "ab", vector.aead)), vector.kab0);
    assert.equal(hex(trafficKey(masterKey, "ba", vector.aead)), vector.kba0);
  });

  test(`${vector.name}: the first resumption`, () => {
    const { resume1, tep, aead } = vector;
    const secret = unhex(vector.ss1);
    assert.equal(hex(resumptionIdentifier(secret)), resume1.id);
    const nonceA = unhex(resume1.nonceA);
    const nonceB = unhex(resume1.nonceB);
    const nonce = sessionNonce("A", "A", { nonceA, nonceB });
    assert.equal(hex(sessionIdOf(0x80 | tep, secret, nonce)), resume1.sessionId);
    const masterKey = firstMasterKey(secret, nonce);
    assert.equal(hex(masterKey), resume1.mk0);
    assert.equal(hex(trafficKey(masterKey, "ab", aead)), resume1.kab0);
    assert.equal(hex(trafficKey(masterKey, "ba", aead)), resume1.kba0);
    for (const [originalRole, mine, suboption] of [
      ["A", nonceA, resume1.suboptA],
      ["B", nonceB, resume1.suboptB],
    ] as const) {
      const resumable = new ResumableSecret({ tep, aead, originalRole }, unhex(vector.ss1));
      const { data } = resumptionSuboption({ tep, half: resumable.half, nonce: mine });
      assert.equal(hex(Uint8Array.of(0x80 | tep, ...data)), suboption);
    }
  });

  for (const size of [1, 2, 3, 7, 64, 4096]) {
    test(`${vector.name}: messages and frames in pieces of ${size}`, () => {
      const [a, b] = [end(vector, "A"), end(vector, "B")];
      const receive = (to: End, message: string) => {
        const bytes = unhex(message);
        const sent: Uint8Array[] = [];
        for (let at = 0; at < bytes.length; at += size) {
          sent.push(handle(to, { type: "received", bytes: bytes.slice(at, at + size) }));
        }
        return hex(Buffer.concat(sent));
      };
      handle(b, { type: "start" });
      assert.equal(hex(handle(a, { type: "start" })), vector.init1);
      assert.equal(receive(b, vector.init1), vector.init2);
      assert.equal(receive(a, vector.init2), "");
      assert.equal(hex(a.connection.session?.sessionId), vector.sessionId);
      assert.equal(hex(b.connection.session?.sessionId), vector.sessionId);

      for (const frame of vector.framesA) receive(b, frame);
      assert.equal(text(b.delivered), plaintextA);
      assert.equal(b.happened.at(-1), "deliver-end");
      for (const frame of vector.framesB) receive(a, frame);
      assert.equal(text(a.delivered), plaintextB);
      assert.equal(hex(a.secrets[0]?.half), vector.resume1.suboptA.slice(2, 20));
      assert.equal(hex(b.secrets[0]?.half), vector.resume1.suboptB.slice(2, 20));
    });
  }

  test(`${vector.name}: frames as they are sent`, () => {
    const [a, b] = [end(vector, "A"), end(vector, "B")];
    handle(a, { type: "start" });
    handle(b, { type: "start" });
    handle(b, { type: "received", bytes: unhex(vector.init1) });
    handle(a, { type: "received", bytes: unhex(vector.init2) });
    const [first, second, third] = vector.framesA;
    const bytes = (content: string) => Buffer.from(content, "latin1");
    assert.equal(hex(handle(a, { type: "application-data", bytes: bytes(plaintextA) })), first);
    assert.equal(hex(handle(a, { type: "rekey" })), second);
    assert.equal(hex(handle(a, { type: "application-end" })), third);
    assert.equal(
      hex(handle(b, { type: "application-data", bytes: bytes(plaintextB) })),
      vector.framesB[0],
    );
  });

  test(`${vector.name}: a connection that resumes`, () => {
    const { tep, aead, resume1 } = vector;
    const option = (head: string, suboption: string) => {
      const contents = unhex(head + suboption);
      return Uint8Array.of(69, 2 + contents.length, ...contents);
    };
    // Here the host that was B opens, so that it is A now and names its own half first.
    const syn = option("", resume1.suboptB);
    const synAck = option("01", resume1.suboptA);
    const sides = [
      ["A", "B", syn, synAck],
      ["B", "A", synAck, syn],
    ] as const;
    const sessionIds = sides.map(([role, originalRole, sent, received]) => {
      const secret = new ResumableSecret({ tep, aead, originalRole }, unhex(vector.ss1));
      const terms = { teps: [tep], aware: "off", resumption: secret.offered } as const;
      const settlement = settle(sent, received, terms);
      assert.ok(settlement.agreed);
      assert.equal(settlement.role, role);
      const connection = createConnection({
        settlement,
        ciphers: [],
        entropy: { bytes: () => none },
        now: 0,
        cacheSecret: false,
        secret,
      });
      connection.handle({ type: "start" });
      return hex(connection.session?.sessionId);
    });
    assert.deepEqual(sessionIds, [resume1.sessionId, resume1.sessionId]);
  });
}
