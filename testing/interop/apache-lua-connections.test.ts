import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { atEnd } from "../kit/cleanup.ts";
import { request } from "../kit/request.ts";
import { changeFile } from "../kit/site.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { startApache } from "../kit/web-servers.ts";
import { prepareGuardedSite } from "./guarded-site.ts";
import { readIdentity } from "./identity.ts";

const letIn = (user: string, more = "") =>
  `HTTP/1.1 200 OK\r\nRemote-User: ${user}\r\nRemote-User-Tokens: \r\nRemote-User-Data: \r\n` +
  `Auth-Type: mod_auth_pubtkt\r\n${more}Content-Length: 0\r\n\r\n`;

test("Apache with mod_lua asks all its questions on one connection", async (t) => {
  const { ask, connections } = await startSite(t, (socket, count) => {
    socket.write(letIn(`ada${count}`));
  });
  for (let times = 1; times <= 5; times += 1) assert.equal(await ask(), `ada${times}`);
  assert.equal(connections(), 1);
});

test("Apache with mod_lua reads an answer that comes byte by byte", async (t) => {
  const { ask } = await startSite(t, async (socket) => {
    socket.setNoDelay(true);
    for (const byte of letIn("ada")) {
      socket.write(byte);
      await new Promise(setImmediate);
    }
  });
  assert.equal(await ask(), "ada");
});

test("Apache with mod_lua asks again, once, when a kept connection ends without an answer", async (t) => {
  const { ask, connections, questions } = await startSite(t, (socket, count) => {
    if (count % 2 === 1) socket.write(letIn("ada"));
    else socket.destroy();
  });
  assert.equal(await ask(), "ada");
  assert.equal(await ask(), "ada");
  assert.deepEqual([questions(), connections()], [3, 2]);
});

test("Apache with mod_lua does not ask again once it has heard a part of an answer", async (t) => {
  const { ask, questions } = await startSite(t, (socket, count) => {
    if (count === 1) socket.write(letIn("ada"));
    else socket.end(letIn("ada").slice(0, 30));
  });
  assert.equal(await ask(), "ada");
  assert.equal(await ask(), 503);
  assert.equal(questions(), 2);
});

test("Apache with mod_lua does not ask a gatewayd again that hangs", async (t) => {
  const { ask, questions } = await startSite(t, (socket, count) => {
    if (count === 1) socket.write(letIn("ada"));
  });
  assert.equal(await ask(), "ada");
  assert.equal(await ask(), 503);
  assert.equal(questions(), 2);
});

test("Apache with mod_lua notices that gatewayd has gone, and is back", async (t) => {
  const { ask, sockets, questions } = await startSite(t, (socket) => socket.write(letIn("ada")));
  assert.equal(await ask(), "ada");
  for (const socket of sockets) socket.destroy();
  assert.ok(await waitUntil(async () => [...sockets].every(({ closed }) => closed), 5_000));
  assert.equal(await ask(), "ada");
  assert.equal(questions(), 2);
});

test("Apache with mod_lua never takes what comes unasked for the answer to the next visitor", async (t) => {
  const { ask, sockets } = await startSite(t, (socket, count) => {
    socket.write(letIn(`ada${count}`));
  });
  assert.equal(await ask(), "ada1");
  const [socket] = sockets;
  socket?.write(letIn("root"));
  assert.ok(await waitUntil(async () => socket?.writableLength === 0, 5_000));
  assert.equal(await ask(), "ada2");
});

test("Apache with mod_lua uses no connection again that is to be closed", async (t) => {
  const { ask, connections } = await startSite(t, (socket) => {
    socket.write(letIn("ada", "Connection: close\r\n"));
  });
  for (let times = 0; times < 3; times += 1) assert.equal(await ask(), "ada");
  assert.equal(connections(), 3);
});

/** Apache with one process, so that visits after each other find the same Lua state. */
async function startSite(t: TestContext, answer: (socket: Socket, count: number) => unknown) {
  const site = await prepareGuardedSite(t, ["apache-fcgi", "apache-lua"]);
  changeFile(
    site,
    "httpd.conf",
    /^(?=TypesConfig)/m,
    "StartServers 1\nServerLimit 1\nMaxRequestWorkers 25\n",
  );
  const sockets = new Set<Socket>();
  let connections = 0;
  let questions = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", () => {
      questions += 1;
      answer(socket, questions);
    });
  });
  atEnd(t, () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const path = join(site.folder, "gateway.sock");
  await once(server.listen(path), "listening");
  // Apache works as another user.
  chmodSync(path, 0o666);
  await startApache(t, site);
  return {
    sockets,
    connections: () => connections,
    questions: () => questions,
    /** Who is let in; else the status. */
    async ask() {
      const { port, host } = site;
      const asking = { port, host: `${host}:${port}`, path: "/cgi/whoami" };
      const { status, body } = await request(asking);
      return status === 200 ? readIdentity(body)?.user : status;
    },
  };
}
