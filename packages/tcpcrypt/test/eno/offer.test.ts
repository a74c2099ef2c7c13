import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { offerSyn, type SynOffer } from "../../src/eno/offer.ts";
import { readSynOption } from "../../src/eno/syn-option.ts";
import { aware, teps } from "./arbitraries.ts";
import { bytes, option } from "./bytes.ts";

const half = bytes("a0a1a2a3a4a5a6a7a8");
const nonce = bytes("0102030405060708");
const resumption = { tep: 0x23, half, nonce } as const;
const resumed = `a3 a0a1a2a3a4a5a6a7a8 0102030405060708`;
const all: SynOffer = { teps: [0x23, 0x24, 0x21, 0x22], aware: "off" };

const offers: Readonly<Record<string, readonly [offer: SynOffer, contents: string | undefined]>> = {
  "offers all TEPs, the best last, without a global suboption": [all, "22 21 24 23"],
  "says a = 1 for an aware application": [{ ...all, aware: "on" }, "02 22 21 24 23"],
  "says a = 1 where awareness is mandatory": [{ ...all, aware: "mandatory" }, "02 22 21 24 23"],
  "says b = 1 when asked to": [{ ...all, passiveRole: true }, "01 22 21 24 23"],
  "says both": [{ teps: [0x23], aware: "on", passiveRole: true }, "03 23"],
  "is vacuous without TEPs": [{ teps: [], aware: "off" }, ""],
  "puts a resumption last, and does not repeat its TEP": [
    { ...all, resumption },
    `22 21 24 ${resumed}`,
  ],
  "fits a resumption with a nonce of 8 bytes into the 20 bytes of a Linux SYN": [
    { ...all, resumption, room: 20 },
    resumed,
  ],
  "leaves the least wanted TEPs out": [{ ...all, room: 4 }, "24 23"],
  "leaves the least wanted TEPs out beside a resumption": [
    { ...all, resumption, room: 21 },
    `24 ${resumed}`,
  ],
  "has no room for the global suboption beside the resumption": [
    { ...all, aware: "on", resumption, room: 20 },
    undefined,
  ],
  "has room for it with a nonce of 7 bytes": [
    { ...all, aware: "on", resumption: { tep: 0x23, half, nonce: nonce.slice(1) }, room: 20 },
    "02 a3 a0a1a2a3a4a5a6a7a8 02030405060708",
  ],
  "has no room for one TEP": [{ ...all, room: 2 }, undefined],
  "has no room at all": [{ teps: [], aware: "off", room: 1 }, undefined],
};

for (const [name, [offer, contents]] of Object.entries(offers)) {
  test(name, () => {
    assert.deepEqual(offerSyn(offer), contents === undefined ? undefined : option(contents));
  });
}

test("refuses a half or a nonce of wrong length", () => {
  for (const bad of [
    { ...resumption, half: half.slice(1) },
    { ...resumption, half: new Uint8Array(10) },
    { ...resumption, nonce: new Uint8Array(9) },
  ]) {
    assert.throws(() => offerSyn({ ...all, resumption: bad }), RangeError);
  }
});

test("never takes more than the room, and reads back as offered", () => {
  const room = fc.nat(40);
  fc.assert(
    fc.property(teps, aware, fc.boolean(), fc.boolean(), room, (teps, aware, resumes, b, room) => {
      const offer = { teps, aware, passiveRole: b, room, ...(resumes ? { resumption } : {}) };
      const written = offerSyn(offer);
      if (written === undefined) return;
      assert.ok(written.length <= room);
      const read = readSynOption(written);
      assert.equal(read?.global?.passive ?? false, b);
      assert.equal(read?.global?.aware ?? false, aware !== "off");
      const wanted = resumes ? [0x23, ...teps.filter((tep) => tep !== 0x23)] : teps;
      const kept = read?.teps.map(({ tep }) => tep).toReversed() ?? [];
      assert.deepEqual(kept, wanted.slice(0, kept.length));
      if (kept.length < wanted.length) assert.equal(written.length, room);
    }),
  );
});
