import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openAuditDestination } from "../src/audit-destination.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test("adds lines to a file that only its owner can read", (context) => {
  const path = join(temporaryFolder(context), "audit.log");
  for (const line of ["one\n", "two\n"]) {
    const destination = openAuditDestination({ file: path });
    destination.write(line);
    assert.equal(readFileSync(path, "utf8").endsWith(line), true);
    destination.end();
  }
  assert.equal(readFileSync(path, "utf8"), "one\ntwo\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("says so when a line cannot be written, keeps nothing back, and goes on when it can", () => {
  let isFull = true;
  const lines: string[] = [];
  const write = (line: string) => {
    if (isFull) throw new Error("no space left on device");
    lines.push(line);
  };
  const destination = openAuditDestination({ write });
  assert.equal(destination.isFailing, false);
  assert.throws(() => destination.write("one\n"), {
    code: "audit-unwritable",
    cause: new Error("no space left on device"),
  });
  assert.equal(destination.isFailing, true);
  isFull = false;
  destination.write("two\n");
  assert.equal(destination.isFailing, false);
  assert.deepEqual(lines.join("").split("\n").filter(Boolean), ["two"]);
});

test("a line after one that broke off in the middle begins anew", () => {
  let text = "";
  let isFull = true;
  const write = (line: string) => {
    text += isFull ? line.slice(0, 3) : line;
    if (isFull) throw new Error("no space left on device");
  };
  const destination = openAuditDestination({ write });
  assert.throws(() => destination.write('{"event":"sign-in"}\n'));
  isFull = false;
  destination.write('{"event":"renewal"}\n');
  assert.equal(text.split("\n").includes('{"event":"renewal"}'), true);
});

test("says which file cannot be opened", (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => openAuditDestination({ file: join(folder, "file", "audit.log") }), {
    code: "audit-unwritable",
    message: /audit\.log/,
  });
});
