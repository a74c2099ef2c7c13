// The figures of RFC 8547 §6, with X = 0x24, Y = 0x23 and Z = 0x22.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Terms } from "../../src/eno/terms.ts";
import { bytes, option } from "./bytes.ts";
import { type Segment, TcpHost } from "./tcp-host.ts";

const xy: Terms = { teps: [0x23, 0x24], aware: "off" };
const onlyY: Terms = { teps: [0x23], aware: "off" };

function activeHost(contents: string, terms: Terms = xy): TcpHost {
  return new TcpHost({ opens: "actively", terms, option: option(contents) });
}

function passiveHost(terms: Terms): TcpHost {
  return new TcpHost({ opens: "passively", terms });
}

/** The segment that a host answers with: one. */
function only(segments: readonly Segment[]): Segment {
  const [segment, ...others] = segments;
  assert.ok(segment !== undefined && others.length === 0);
  return segment;
}

function stripped(segment: Segment): Segment {
  return { ...segment, enoOptions: [] };
}

function agreementOf({ handshake }: TcpHost) {
  assert.ok(handshake.state === "encrypting");
  return handshake.agreement;
}

test("figure 9: a three-way handshake with successful negotiation", () => {
  const [a, b] = [activeHost("24 23"), passiveHost(onlyY)];
  const syn = only(a.open());
  const synAck = only(b.receive(syn));
  const ack = only(a.receive(synAck));
  assert.deepEqual(b.receive(ack), []);
  assert.deepEqual(
    [syn, synAck, ack],
    [
      { kind: "syn", enoOptions: [bytes("45 04 24 23")], data: undefined },
      { kind: "syn-ack", enoOptions: [bytes("45 04 01 23")], data: undefined },
      { kind: "non-syn", enoOptions: [bytes("45 02")], data: undefined },
    ],
  );
  const transcript = bytes("45 04 24 23 45 04 01 23");
  const both = {
    agreed: true,
    tep: 0x23,
    tepByte: 0x23,
    transcript,
    aware: { local: false, remote: false },
  };
  assert.deepEqual(agreementOf(a), { ...both, role: "A" });
  assert.deepEqual(agreementOf(b), { ...both, role: "B" });
});

test("figure 9, afterwards: ENO until the first non-SYN segment from the other side", () => {
  const [a, b] = [activeHost("24 23"), passiveHost(onlyY)];
  const ack = only(a.receive(only(b.receive(only(a.open())))));
  const init1 = only(a.write());
  assert.deepEqual(init1, { kind: "non-syn", enoOptions: [bytes("45 02")], data: "ciphertext" });
  b.receive(ack);
  const acknowledgement = only(b.receive(init1));
  assert.deepEqual(acknowledgement.enoOptions, []);
  a.receive(acknowledgement);
  assert.deepEqual(only(a.write()).enoOptions, []);
});

const figure10: Readonly<Record<string, readonly [host: TcpHost, onTheWay?: typeof stripped]>> = {
  "B supports neither X nor Y": [passiveHost({ teps: [0x22], aware: "off" })],
  "B is in mandatory application-aware mode": [passiveHost({ ...onlyY, aware: "mandatory" })],
  "the network stripped the option": [passiveHost(onlyY), stripped],
};

for (const [why, [b, onTheWay = (segment: Segment) => segment]] of Object.entries(figure10)) {
  test(`figure 10: failed negotiation, ${why}`, () => {
    const a = activeHost("24 23");
    const synAck = only(b.receive(onTheWay(only(a.open()))));
    const ack = only(a.receive(synAck));
    b.receive(ack);
    assert.deepEqual([a.log, b.log], [["syn+eno", "non-syn"], ["syn-ack"]]);
    assert.deepEqual([a.handshake.state, b.handshake.state], ["disabled", "disabled"]);
    assert.equal(only(a.write()).data, "plaintext");
  });
}

test("figure 11: failed negotiation because of option stripping", () => {
  const [a, b] = [activeHost("24 23"), passiveHost({ teps: [0x24], aware: "off" })];
  const synAck = only(b.receive(only(a.open())));
  assert.deepEqual(synAck.enoOptions, [bytes("45 04 01 24")]);
  const ack = only(a.receive(stripped(synAck)));
  assert.deepEqual(ack.enoOptions, []);
  b.receive(ack);
  assert.deepEqual(a.handshake, { state: "disabled", reason: "no-option" });
  assert.deepEqual(b.handshake, { state: "disabled", reason: "no-option" });
});

test("figure 12: a simultaneous open with successful negotiation", () => {
  const [a, b] = [activeHost("23 24"), activeHost("01 24 23 22")];
  const [synA, synB] = [only(a.open()), only(b.open())];
  const [synAckA, synAckB] = [only(a.receive(synB)), only(b.receive(synA))];
  assert.deepEqual(synAckA, { ...synA, kind: "syn-ack" });
  assert.deepEqual(synAckB, { ...synB, kind: "syn-ack" });
  a.receive(synAckB);
  b.receive(synAckA);
  assert.deepEqual([agreementOf(a).role, agreementOf(b).role], ["A", "B"]);
  assert.deepEqual([agreementOf(a).tep, agreementOf(b).tep], [0x23, 0x23]);
  const transcript = bytes("45 04 23 24 45 06 01 24 23 22");
  assert.deepEqual(agreementOf(a).transcript, transcript);
  assert.deepEqual(agreementOf(b).transcript, transcript);
});

test("figure 12 without b = 1: plain TCP, and no option in the SYN-ACKs", () => {
  const [a, b] = [activeHost("23 24"), activeHost("24 23 22")];
  const [synA, synB] = [only(a.open()), only(b.open())];
  const [synAckA, synAckB] = [only(a.receive(synB)), only(b.receive(synA))];
  assert.deepEqual([synAckA.enoOptions, synAckB.enoOptions], [[], []]);
  a.receive(synAckB);
  b.receive(synAckA);
  for (const { handshake } of [a, b]) {
    assert.deepEqual(handshake, { state: "disabled", reason: "same-role" });
  }
});

test("an active opener that got the wrong half of a session goes on in the clear, as does B", () => {
  const halfA = "a0a1a2a3a4a5a6a7a8";
  const resumption = { tep: 0x23, expectedHalf: bytes("b0b1b2b3b4b5b6b7b8") } as const;
  const a = activeHost(`a3 ${halfA}`, { ...onlyY, resumption });
  const b = new TcpHost({
    opens: "passively",
    terms: onlyY,
    find: () => ({ half: bytes("c0c1c2c3c4c5c6c7c8"), nonce: bytes("") }),
  });
  const ack = only(a.receive(only(b.receive(only(a.open())))));
  b.receive(ack);
  assert.deepEqual(ack.enoOptions, []);
  assert.deepEqual(a.handshake, { state: "disabled", reason: "no-valid-tep" });
  assert.deepEqual(b.handshake, { state: "disabled", reason: "no-option" });
});
