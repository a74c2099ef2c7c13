import assert from "node:assert/strict";
import { test } from "node:test";
import { Assembler, fp, r0, r1, r2, r6 } from "../../../src/kernel/bpf/assembler.ts";
import { enoProgram } from "../../../src/kernel/bpf/eno-program.ts";
import { disassemble } from "./disassemble.ts";
import { Machine } from "./machine.ts";

test("each instruction is what its name says", () => {
  const a = new Assembler();
  a.label("start").set(r6, r1).set(r0, -1).add(r0, 5).subtract(r0, r1).multiply(r0, r2);
  a.or(r0, 0x40).and(r0, ~0x50).xor(r0, r1).shiftLeft(r0, 32).shiftRight(r0, r2);
  a.set64(r1, 0xfedcba9876543210n).setMap(r2, 7);
  a.load(8, r1, r6, 2).load(16, r1, r6, 4).load(32, r1, fp, -8).load(64, r1, fp, -16);
  a.store(8, fp, -1, 69).store(16, fp, -2, r1).store(32, fp, -4, r1).store(64, fp, -8, 0);
  a.jumpIf(r1, "==", 3, "end").jumpIf(r1, "has a bit of", 2, "end").jumpIf(r1, "!=", r2, "end");
  a.jumpIf(r1, "<", 1, "end").jumpIf(r1, "<=", 1, "end").jumpIf(r1, ">", 1, "end");
  a.jumpIf(r1, ">=", 1, "end").jumpIf(r1, "< (signed)", 0, "end");
  a.call(107).callFunction("end").jump("start").label("end").exit();
  assert.deepEqual(disassemble(a.assemble()), [
    "r6 = r1",
    "r0 = -1",
    "r0 += 5",
    "r0 -= r1",
    "r0 *= r2",
    "r0 |= 64",
    "r0 &= -81",
    "r0 ^= r1",
    "r0 <<= 32",
    "r0 >>= r2",
    "r1 = 0xfedcba9876543210 ll",
    "r2 = map[7]",
    "r1 = *(u8 *)(r6 +2)",
    "r1 = *(u16 *)(r6 +4)",
    "r1 = *(u32 *)(r10 -8)",
    "r1 = *(u64 *)(r10 -16)",
    "*(u8 *)(r10 -1) = 69",
    "*(u16 *)(r10 -2) = r1",
    "*(u32 *)(r10 -4) = r1",
    "*(u64 *)(r10 -8) = 0",
    "if r1 == 3 goto +10",
    "if r1 & 2 goto +9",
    "if r1 != r2 goto +8",
    "if r1 < 1 goto +7",
    "if r1 <= 1 goto +6",
    "if r1 > 1 goto +5",
    "if r1 >= 1 goto +4",
    "if r1 s< 0 goto +3",
    "call 107",
    "call pc+1",
    "goto -33",
    "exit",
  ]);
});

test("a label that is missing or there twice is a mistake", () => {
  assert.throws(() => new Assembler().jump("nowhere").assemble(), TypeError);
  assert.throws(() => new Assembler().label("here").label("here"), TypeError);
});

test("labels made for the same code differ", () => {
  const a = new Assembler();
  assert.notEqual(a.newLabel("next"), a.newLabel("next"));
});

test("functions have a stack of their own and give r6 to r9 back", () => {
  const a = new Assembler();
  a.set(r6, 5).store(64, fp, -8, 30).callFunction("other").load(64, r1, fp, -8);
  a.add(r0, r1).add(r0, r6).exit();
  a.label("other").set(r6, 7).store(64, fp, -8, 900).set(r0, 100).exit();
  assert.equal(new Machine({}).run(a.assemble(), 0n), 135n);
});

test("the program begins with its context, its frame and the callbacks", () => {
  const program = disassemble(
    enoProgram({ storageFd: 3, termsFd: 4, answersFd: 5, claimsFd: 6, nonceKey: 7n }),
  );
  assert.deepEqual(program.slice(0, 4), [
    "r6 = r1",
    "r7 = r10",
    "r7 += -288",
    "*(u64 *)(r7 +0) = 0",
  ]);
  const dispatch = program.indexOf("r1 = *(u32 *)(r6 +0)");
  assert.deepEqual(
    program.slice(dispatch + 1, dispatch + 8).map((line) => line.replace(/ goto.*/, "")),
    [3, 4, 5, 11, 13, 14, 15].map((callback) => `if r1 == ${callback}`),
  );
  assert(program.length < 1200, `${program.length} instructions`);
});
