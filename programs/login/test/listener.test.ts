import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createHttpServer } from "../src/http-server.ts";
import { listen } from "../src/listener.ts";
import type { Answer } from "../src/routes.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const anyPort = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
const serverOf = (answer: Answer) => createHttpServer(() => "https://sso.example.com", answer);

test("stopping finishes the request under way and takes no other", async () => {
  const [begun, finish] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = serverOf(async () => {
    begun.resolve();
    await finish.promise;
    return new Response("finished");
  });
  const listener = await listen(server, anyPort);
  const asked = fetch(listener.address);
  await begun.promise;
  const stopped = listener.stop();
  await assert.rejects(fetch(listener.address));
  finish.resolve();
  assert.equal(await (await asked).text(), "finished");
  await stopped;
});

test("says which address cannot be listened on", async (context) => {
  const answer: Answer = async () => new Response();
  const listener = await listen(serverOf(answer), anyPort);
  const port = Number(new URL(listener.address).port);
  await assert.rejects(listen(serverOf(answer), { ...anyPort, port }), {
    code: "cannot-listen",
    message: new RegExp(`^127\\.0\\.0\\.1:${port}: `),
  });
  await listener.stop();

  const path = join(temporaryFolder(context), "notes.txt");
  writeFileSync(path, "this is no socket");
  await assert.rejects(listen(serverOf(answer), { kind: "unix", path }), { code: "cannot-listen" });
  assert.equal(readFileSync(path, "utf8"), "this is no socket");
});

test("says which folder of a socket is missing, and how to make it", async (context) => {
  const folder = join(temporaryFolder(context), "missing");
  const path = join(folder, "login.sock");
  const listening = listen(
    serverOf(async () => new Response()),
    { kind: "unix", path },
  );
  await assert.rejects(listening, {
    code: "missing-folder",
    message: new RegExp(`^${folder}: .*make it.*install -d -m 2750 -o USER -g GROUP FOLDER`),
  });
});

test("a unix socket is never open to others, not even in its first moment", async (context) => {
  const path = join(temporaryFolder(context), "login.sock");
  const umask = process.umask(0);
  context.after(() => process.umask(umask));
  const server = serverOf(async () => new Response());
  const original = server.listen;
  const modes: number[] = [];
  context.mock.method(server, "listen", (...given: [string]) => {
    original.apply(server, given);
    modes.push(statSync(path).mode & 0o777);
    return server;
  });
  const listener = await listen(server, { kind: "unix", path });
  modes.push(statSync(path).mode & 0o777);
  assert.deepEqual(modes, [0o660, 0o660]);
  assert.equal(process.umask(), 0);
  await listener.stop();
});

test("takes the place of a socket whose program died", async (context) => {
  const path = join(temporaryFolder(context), "login.sock");
  // A process that is killed leaves its socket behind.
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  assert.equal(spawnSync(process.execPath, ["-e", script]).signal, "SIGKILL");
  assert.ok(existsSync(path));
  const listener = await listen(
    serverOf(async () => new Response()),
    { kind: "unix", path },
  );
  await listener.stop();
  assert.equal(existsSync(path), false);
});
