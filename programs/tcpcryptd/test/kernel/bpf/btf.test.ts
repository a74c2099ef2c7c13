import assert from "node:assert/strict";
import { test } from "node:test";
import { btfType, writeBtf } from "../../../src/kernel/bpf/btf.ts";

test("describes a number as key and an array of bytes as value", () => {
  const hex = Buffer.from(writeBtf(112)).toString("hex");
  const header = "9feb010018000000" + "0000000038000000" + "3800000008000000";
  const int = "01000000" + "00000001" + "04000000" + "20000001";
  const u8 = "05000000" + "00000001" + "01000000" + "08000000";
  const array = "00000000" + "00000003" + "00000000" + "02000000" + "01000000" + "70000000";
  assert.equal(hex, header + int + u8 + array + Buffer.from("\0int\0u8\0").toString("hex"));
  assert.deepEqual(btfType, { key: 1, byte: 2, value: 3 });
});
