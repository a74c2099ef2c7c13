import assert from "node:assert/strict";
import { test } from "node:test";
import { createAudit } from "../src/audit.ts";

function auditTo(lines: string[]) {
  return createAudit({ write: (line: string) => lines.push(line) }, () => 1_800_000_000);
}

test("one JSON object per line, its time first", () => {
  const lines: string[] = [];
  auditTo(lines)({ event: "sign-in", user: "ada", address: "192.0.2.7", signInId: "abc" });
  assert.deepEqual(lines, [
    '{"time":"2027-01-15T08:00:00.000Z","event":"sign-in","user":"ada","address":"192.0.2.7","signInId":"abc"}\n',
  ]);
});

test("who is not known is called unknown", () => {
  const lines: string[] = [];
  auditTo(lines)({ event: "sign-in-refused", reason: "unknown-user" });
  const { user, address } = JSON.parse(lines[0] ?? "");
  assert.deepEqual([user, address], ["unknown", "unknown"]);
});

test("a name with a line end makes no second line", () => {
  const lines: string[] = [];
  auditTo(lines)({ event: "sign-in", user: 'ada\n{"event":"sign-in","user":"root"}' });
  assert.equal(lines.length, 1);
  assert.equal(lines[0]?.trimEnd().includes("\n"), false);
});
