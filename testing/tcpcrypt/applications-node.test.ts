import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "../interop/tickets.ts";
import { atEnd, type Owner } from "../kit/cleanup.ts";
import { copyExample } from "../kit/configuration.ts";
import { accepts } from "./kit/accepts.ts";
import { viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort } from "./kit/talk.ts";

test("a handler behind the middleware and the client see the same session ID", async (t) => {
  const { a, b, daemonA, daemonB } = await startEnds(t);
  const port = freshPort();
  const folder = folderInWorkspace(t);
  const publicKeyFile = join(folder, "ticket.pub.pem");
  writeFileSync(publicKeyFile, createTestIssuer().publicKey);
  copyExample("tcpcrypt-node", folder, {
    HOST: "wiki.example.com",
    PORT: String(port),
    PUBLIC_KEY: publicKeyFile,
    TCPCRYPT_SOCKET: daemonB.controlSocket,
  });
  await b.start({
    command: process.execPath,
    args: [join(folder, "server.js")],
    isReady: () => accepts(b, port),
  });
  const ask = (socket: Socket) => answerOn(socket, `wiki.example.com:${port}`);

  for (const family of [4, 6] as const) {
    await t.test(`over IPv${family}`, async () => {
      const socket = await a.connected({ address: b.address(family), port });
      const binding = await ask(socket);
      const known = await daemonA.session(viewOf(socket));
      assert.match(binding.sessionId, /^[0-9A-F]{66}$/);
      assert.equal(binding.sessionId, known?.sessionId);
      assert.deepEqual([known?.role, binding.role], ["A", "B"]);
      // The same for every request of a connection.
      assert.equal((await ask(socket)).sessionId, binding.sessionId);
      socket.destroy();
    });
  }

  await t.test("connections within one machine are left alone, and have none", async () => {
    const socket = await b.connected({ address: "127.0.0.1", port });
    assert.equal(await ask(socket), null);
    socket.destroy();
  });
});

/** There packages are found by their names. */
function folderInWorkspace(owner: Owner): string {
  const cache = fileURLToPath(new URL("../../.cache/", import.meta.url));
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "application-"));
  atEnd(owner, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function answerOn(socket: Socket, host: string) {
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  let text = "";
  // The body is JSON, and no JSON is the beginning of another one here.
  while (!/\r\n\r\n(?:null|\{.*\})/s.test(text)) text += (await once(socket, "data"))[0];
  return JSON.parse(/\r\n\r\n.*?(null|\{.*\})/s.exec(text)?.[1] ?? "");
}
