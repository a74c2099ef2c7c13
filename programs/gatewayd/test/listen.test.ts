import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { addressOf, listen, peersOf } from "../src/listen.ts";
import { folderFor } from "./running.ts";

test("gives a socket its mode, and removes it at the end", async (context) => {
  const path = `${folderFor(context)}/a.sock`;
  const server = createServer();
  await listen(server, { kind: "unix", path }, 0o620);
  assert.equal(statSync(path).mode & 0o777, 0o620);
  assert.equal(addressOf(server, "http", { kind: "unix", path }), `unix:${path}`);
  assert.equal(peersOf(server), "unix");
  await new Promise((resolve) => server.close(resolve));
  assert.equal(existsSync(path), false);
});

test("replaces a socket that nobody listens on any more", async (context) => {
  const path = `${folderFor(context)}/a.sock`;
  const dies = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", dies]);
  assert.equal(existsSync(path), true);
  const server = createServer();
  context.after(() => server.close());
  await listen(server, { kind: "unix", path }, 0o600);
});

test("leaves a socket alone that somebody listens on", async (context) => {
  const path = `${folderFor(context)}/a.sock`;
  const first = createServer();
  context.after(() => first.close());
  await listen(first, { kind: "unix", path }, 0o600);
  const second = listen(createServer(), { kind: "unix", path }, 0o600);
  await assert.rejects(second, { name: "GatewayError", code: "socket-in-use" });
  assert.equal(existsSync(path), true);
});

test("leaves a file alone that is no socket", async (context) => {
  const path = `${folderFor(context)}/a.sock`;
  writeFileSync(path, "precious");
  await assert.rejects(listen(createServer(), { kind: "unix", path }, 0o600), {
    code: "no-socket",
  });
  assert.equal(existsSync(path), true);
});

test("says where it cannot listen", async (context) => {
  const folder = folderFor(context);
  writeFileSync(`${folder}/file`, "");
  await assert.rejects(listen(createServer(), { kind: "unix", path: `${folder}/file/a` }, 0o600), {
    code: "cannot-listen",
    message: new RegExp(`^${folder}/file/a: `),
  });
});

test("says which folder is missing, and how to make it", async (context) => {
  const folder = `${folderFor(context)}/missing`;
  const listening = listen(createServer(), { kind: "unix", path: `${folder}/a.sock` }, 0o600);
  await assert.rejects(listening, {
    code: "missing-folder",
    message: new RegExp(`^${folder}: .*make it.*install -d -m 2750 -o USER -g GROUP FOLDER`),
  });
});

test("tells the port that the system chose", async (context) => {
  const server = createServer();
  context.after(() => server.close());
  const target = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
  await listen(server, target, 0);
  assert.equal(peersOf(server), "tcp");
  assert.match(addressOf(server, "fcgi", target), /^fcgi:\/\/127\.0\.0\.1:[1-9][0-9]*$/);
  const other = createServer();
  const port = Number(addressOf(server, "fcgi", target).split(":").at(-1));
  const taken = listen(other, { kind: "tcp", host: "127.0.0.1", port }, 0);
  await assert.rejects(taken, { code: "cannot-listen" });
});
