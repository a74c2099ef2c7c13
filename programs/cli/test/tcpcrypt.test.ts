import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { TcpcryptConnection, TcpcryptStatus } from "@countersign/tcpcrypt-client";
import type { ConnectionReport, Status } from "@countersign/tcpcryptd";
import { run, temporaryFolder } from "./command.ts";
import { encrypted, plain, sessionIds, standIn, status } from "./tcpcrypt-stand-in.ts";

const second = {
  ...encrypted,
  local: { ...encrypted.local, port: 40_001 },
  openedAt: encrypted.openedAt + 1,
  sessionId: sessionIds.second,
};

/** What the daemon says is what the client reads: this does not compile otherwise. */
export const agreement = {
  connection: (report: ConnectionReport): TcpcryptConnection => report,
  status: (report: Status): TcpcryptStatus => report,
};

const tcpcrypt = (command: string, ...args: readonly string[]) =>
  run("/", ["tcpcrypt", command, ...args]);

test("session-id prints only the session ID", async () => {
  await using daemon = await standIn([encrypted, plain]);
  for (const remote of ["10.0.0.2:80", "[10.0.0.2]:80", "10.0.0.2", "[::ffff:10.0.0.2]:80"]) {
    assert.deepEqual(await tcpcrypt("session-id", remote, ...daemon.options), {
      code: 0,
      stdout: `${sessionIds.first}\n`,
      stderr: "",
    });
  }
  const whole = ["10.0.0.2:80", "--local", "10.0.0.1:40000"];
  assert.equal(
    (await tcpcrypt("session-id", ...whole, ...daemon.options)).stdout,
    `${sessionIds.first}\n`,
  );
});

test("session-id prints nothing and exits with 1 where there is no session", async () => {
  await using daemon = await standIn([encrypted, plain]);
  const none = [
    ["10.0.0.3:80"],
    ["10.0.0.2:81"],
    ["10.0.0.2:80", "--local", "10.0.0.1:1"],
    // It passes through tcpcryptd, in the clear.
    ["[2001:db8:0::2]:50000"],
  ];
  for (const args of none) {
    const { code, stdout, stderr } = await tcpcrypt("session-id", ...args, ...daemon.options);
    assert.deepEqual([code, stdout], [1, ""], args.join(" "));
    assert.match(stderr, /^countersign: no connection of yours/);
  }
  const json = await tcpcrypt("session-id", "10.0.0.3", "--json", ...daemon.options);
  assert.deepEqual([json.code, json.stdout], [1, "null\n"]);
});

test("session-id asks which of several connections is meant, or prints all, the newest first", async () => {
  await using daemon = await standIn([encrypted, second]);
  const { code, stdout, stderr } = await tcpcrypt("session-id", "10.0.0.2:80", ...daemon.options);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /2 connections match: .*10\.0\.0\.1:40001, 10\.0\.0\.1:40000/);
  const all = await tcpcrypt("session-id", "10.0.0.2:80", "--all", ...daemon.options);
  assert.deepEqual([all.code, all.stdout], [0, `${sessionIds.second}\n${sessionIds.first}\n`]);
  const local = ["--local", "10.0.0.1:40001"];
  const one = await tcpcrypt("session-id", "10.0.0.2:80", ...local, "--json", ...daemon.options);
  assert.deepEqual(JSON.parse(one.stdout), second);
});

for (const end of [
  "localhost:80",
  "10.0.0.2:0",
  "10.0.0.2:65536",
  "2001:db8::2:80x",
  "[x]:80",
  "",
]) {
  test(`session-id takes ${JSON.stringify(end)} for no end of a connection`, async () => {
    const { code, stdout, stderr } = await tcpcrypt("session-id", end);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /Expected an end such as 10\.0\.0\.2:80/);
  });
}

test("connections prints a table with the whole session IDs, and JSON", async () => {
  await using daemon = await standIn([encrypted, plain]);
  const { code, stdout } = await tcpcrypt("connections", ...daemon.options);
  assert.equal(code, 0);
  const [headings, first, other] = stdout.split("\n");
  assert.match(headings ?? "", /^LOCAL .* SESSION ID$/);
  assert.match(first ?? "", /^10\.0\.0\.1:40000 +→ {2}10\.0\.0\.2:80 +1\.4 MB {2}12 B .* A .*AB$/);
  assert.match(other ?? "", /^\[2001:db8::1\]:80 +← .* not encrypted: option-lost$/);
  assert.doesNotMatch(stdout, /secure/i);
  const json = await tcpcrypt("connections", "--json", ...daemon.options);
  assert.deepEqual(JSON.parse(json.stdout), [encrypted, plain]);
});

test("connections prints nothing but a remark where there are none", async () => {
  await using daemon = await standIn([]);
  assert.deepEqual(await tcpcrypt("connections", ...daemon.options), {
    ...{ code: 0, stdout: "", stderr: "there are no connections\n" },
  });
  const json = await tcpcrypt("connections", "--json", ...daemon.options);
  assert.equal(json.stdout, "[]\n");
});

test("status tells what tcpcryptd does, and what to know", async () => {
  await using daemon = await standIn([]);
  const { code, stdout, stderr } = await tcpcrypt("status", ...daemon.options);
  assert.equal(code, 0);
  assert.match(stdout, /^tcpcryptd runs \(process 4711, for \d/);
  assert.match(stdout, /^ {2}outgoing {2}80, 8080 +required +to 10\.0\.0\.0\/8$/m);
  assert.match(
    stdout,
    /^ {2}worker 0 .* 1 encrypted, 1 plain, 0 opening .* 5 encrypted \(3 resumed\)/m,
  );
  assert.match(stdout, /^ {2}worker 1 {2}is being started again$/m);
  assert.match(stdout, /^ {2}worker 2 .*does not answer$/m);
  assert.match(stdout, /^aborted: 1 bad-frame$/m);
  assert.equal(stderr, "note: this machine has no IPv6: only IPv4 is encrypted\n");
  const json = await tcpcrypt("status", "--json", ...daemon.options);
  assert.deepEqual(JSON.parse(json.stdout), { running: true, ...status });
});

test("status says with exit code 1 that tcpcryptd does not run", async () => {
  await using folder = await temporaryFolder();
  const nowhere = ["--socket", join(folder.path, "no.sock")];
  const { code, stdout } = await tcpcrypt("status", ...nowhere);
  assert.equal(code, 1);
  assert.match(stdout, /^tcpcryptd does not run here$/m);
  const json = await tcpcrypt("status", "--json", ...nowhere);
  assert.equal(json.code, 1);
  assert.equal(JSON.parse(json.stdout).running, false);
});

for (const [command, ...args] of [
  ["connections"],
  ["session-id", "10.0.0.2"],
  ["watch"],
] as const) {
  test(`${command} exits with 2 and says why when tcpcryptd does not run`, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "no.sock");
    const { code, stdout, stderr } = await tcpcrypt(command, ...args, "--socket", path);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^countersign: tcpcryptd does not run, .*no\.sock/);
  });
}

test("watch prints what is there, what opens and what closes, until it is told to end", async () => {
  await using daemon = await standIn([encrypted]);
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [main, "tcpcrypt", "watch", ...daemon.options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  assert.match(await next(), /^\d\d:\d\d:\d\d = 10\.0\.0\.1:40000 → 10\.0\.0\.2:80 {2}23AB/);
  await daemon.watched;
  daemon.tell("opened", plain);
  assert.match(await next(), / \+ \[2001:db8::1\]:80 ← .* {2}not encrypted: option-lost$/);
  daemon.tell("closed", encrypted);
  assert.match(await next(), / - 10\.0\.0\.1:40000 → /);
  child.kill("SIGINT");
  assert.deepEqual(await once(child, "close"), [0, null]);
});

test("watch fails when tcpcryptd ends", async () => {
  const daemon = await standIn([encrypted]);
  const watching = tcpcrypt("watch", "--json", ...daemon.options);
  await daemon.watched;
  await daemon[Symbol.asyncDispose]();
  const { code, stdout, stderr } = await watching;
  assert.equal(code, 2);
  assert.deepEqual(JSON.parse(stdout), { event: "present", connection: encrypted });
  assert.match(stderr, /^countersign: tcpcryptd does not run/);
});

test("up names all problems of its settings, and starts nothing", async () => {
  await using folder = await temporaryFolder();
  const config = join(folder.path, "tcpcrypt.yaml");
  await writeFile(
    config,
    `runtimeFolder: ${folder.path}/run\nworkers: 99\noutgoing: [{ prots: all }]\n`,
  );
  const { code, stdout, stderr } = await tcpcrypt("up", "--config", config);
  assert.deepEqual([code, stdout], [2, ""]);
  if (process.getuid?.() === 0) assert.match(stderr, /:2:.*workers.*\n(.*\n)*.*prots/);
  else assert.match(stderr, /must be started by root/);
});

test("up and down explain their settings and what they leave", async () => {
  const up = await tcpcrypt("up", "--help");
  assert.equal(up.code, 0);
  assert.match(up.stdout, /Settings:\n {2}runtimeFolder: /);
  const down = await tcpcrypt("down", "--help");
  assert.match(down.stdout, /Ports\nwhose mode is required are opened/);
});
