import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { journalPath, readJournal } from "../../../src/supervisor/machine/journal.ts";
import { thisMachine } from "../../../src/supervisor/machine/machine.ts";

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "machine-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("reads a file of its own, and none where there is none", (t) => {
  const path = join(folderOf(t), "file");
  assert.equal(thisMachine.readOwn(path), undefined);
  thisMachine.replace(path, "words");
  assert.equal(thisMachine.readOwn(path), "words");
});

test("reads nothing as its own that others could have written", (t) => {
  const folder = folderOf(t);
  const path = join(folder, "file");
  writeFileSync(path, "words");
  for (const mode of [0o620, 0o602, 0o666]) {
    chmodSync(path, mode);
    assert.throws(() => thisMachine.readOwn(path), /others can write/, mode.toString(8));
  }
  chmodSync(path, 0o644);
  assert.equal(thisMachine.readOwn(path), "words");
  symlinkSync(path, join(folder, "link"));
  assert.throws(() => thisMachine.readOwn(join(folder, "link")), { code: "ELOOP" });
  assert.throws(() => thisMachine.readOwn(folder), /others can write/);
});

test("a journal that others could have written is none to be carried out", (t) => {
  const folder = folderOf(t);
  writeFileSync(journalPath(folder), "{}");
  chmodSync(journalPath(folder), 0o666);
  assert.throws(() => readJournal(thisMachine, journalPath(folder)), {
    code: "bad-journal",
    message: /others can write/,
  });
});
