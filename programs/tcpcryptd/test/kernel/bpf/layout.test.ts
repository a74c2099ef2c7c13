import assert from "node:assert/strict";
import { test } from "node:test";
import { frame } from "../../../src/kernel/bpf/frame.ts";
import {
  answer,
  claim,
  record,
  resumable,
  terms,
  writeResumable,
  writeTerms,
} from "../../../src/kernel/bpf/layout.ts";

test("what is copied by eights lies at eights", () => {
  const places = [record.sent, record.received, record.expectedHalf, record.length, claim.option];
  const inFrame = [frame.header, frame.option, frame.said, frame.key, frame.claim, frame.answer];
  const lengths = [claim.length, claim.claimantLength, claim.optionLength, resumable.length];
  for (const place of [...places, ...inFrame, ...lengths, answer.length, frame.room]) {
    assert.equal(place % 8, 0);
  }
  // The stack has 512 bytes; three functions below take 32 each.
  assert(frame.room <= 512 - 3 * 32);
});

test("terms say each TEP once, in the order of preference", () => {
  const bytes = writeTerms({ teps: [0x23, 0x21, 0x23], aware: "mandatory" });
  assert.equal(Buffer.from(bytes).toString("hex"), "0202232100000000");
  assert.equal(bytes.length, terms.length);
});

test("a resumption is named by TEP and half", () => {
  const bytes = writeResumable(0x23, new Uint8Array(9).fill(0xab));
  assert.equal(Buffer.from(bytes).toString("hex"), `23${"ab".repeat(9)}${"00".repeat(6)}`);
  assert.throws(() => writeResumable(0x23, new Uint8Array(8)), RangeError);
});
