import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
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

for (const [what, isRead, outcome] of [
  ["arrives at a reader", true, "written"],
  ["does not arrive when the reader has gone", false, "audit-unwritable"],
] as const) {
  test(`a line for standard output ${what}, and that is known at once`, async () => {
    const script = fileURLToPath(new URL("audit-to-descriptor.ts", import.meta.url));
    const child = spawn(process.execPath, [script]);
    if (!isRead) {
      child.stdout.destroy();
      await once(child.stdout, "close");
    }
    child.stdin.end("go");
    const said = child.stderr.setEncoding("utf8").toArray();
    const lines = isRead ? child.stdout.setEncoding("utf8").toArray() : [];
    assert.equal((await said).join(""), outcome);
    assert.deepEqual(await lines, isRead ? ["one\n"] : []);
  });
}

test("says so when a descriptor has no room, as when the disk is full", (context) => {
  const descriptor = openSync("/dev/full", "w");
  context.after(() => closeSync(descriptor));
  const destination = openAuditDestination({ descriptor });
  assert.throws(() => destination.write("one\n"), { code: "audit-unwritable" });
  assert.equal(destination.isFailing, true);
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
