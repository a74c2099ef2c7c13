import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket } from "@countersign/ticket";
import { createTestIssuer } from "../interop/tickets.ts";
import type { Host } from "../kit/namespaces/host.ts";
import { runGateway } from "../kit/programs.ts";
import { startFcgiwrap, startPhp } from "../kit/script-servers.ts";
import { type ScriptServer, scriptServers, scripts, shownSessionId } from "../kit/script-sites.ts";
import { changeFile, type PreparedSite, prepareSite } from "../kit/site.ts";
import { accepts } from "./kit/accepts.ts";
import { type Daemon, viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";

const now = 1_800_000_000;

test("scripts and clients see the same session ID", async (t) => {
  const { a, b, daemonA, daemonB } = await startEnds(t);
  for (const server of scriptServers) {
    const site = await startSite(t, server, b, daemonB);
    for (const [language, script] of Object.entries(scripts)) {
      for (const place of ["open", "members"]) {
        await t.test(`${server.name}, ${language}, ${place}`, async () => {
          const socket = await a.connected({ address: b.ipv4, port: site.port });
          const first = await ask(socket, site, `/${place}/${script}`);
          const said = await clientsSessionId(daemonA, socket);
          assert.match(said, /^[0-9A-F]{66}$/);
          assert.equal(first, said);
          // It belongs to the connection, and not to the request.
          assert.equal(await ask(socket, site, `/${place}/${script}`), said);
          socket.destroy();
        });
      }
    }
  }
});

test("without tcpcrypt at the client scripts find none, and nothing that it sends instead", async (t) => {
  const { a, b, daemonB } = await startEnds(t, {
    a: { outgoing: [{ ports: "all", mode: "off" }] },
  });
  for (const server of scriptServers) {
    const site = await startSite(t, server, b, daemonB);
    for (const script of Object.values(scripts)) {
      for (const place of ["open", "members"]) {
        const socket = await a.connected({ address: b.ipv4, port: site.port });
        const forged = `Tcp-Crypt-Sessid: 23${"F0".repeat(32)}`;
        assert.equal(await ask(socket, site, `/${place}/${script}`, forged), undefined);
        socket.destroy();
      }
    }
  }
});

/** What `countersign tcpcrypt session-id` says on the client's host. */
async function clientsSessionId(daemon: Daemon, socket: Socket): Promise<string> {
  const { local, remote } = viewOf(socket);
  const ends = [textOf(remote), "--local", textOf(local)];
  const { code, stdout, stderr } = await daemon.run("session-id", ...ends);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

const textOf = ({ address, port }: { address: string; port: number }) => `${address}:${port}`;

interface Site extends PreparedSite {
  readonly cookie: string;
}

/** Asks for a script on a connection that stays, and gives the session ID that it found. */
async function ask(
  socket: Socket,
  { host, port, cookie }: Site,
  path: string,
  ...lines: readonly string[]
): Promise<string | undefined> {
  const head = [`GET ${path} HTTP/1.1`, `Host: ${host}:${port}`, `Cookie: ${cookie}`, ...lines];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  let text = "";
  // Chunked or not, the script's one line is the only one that ends in this way.
  for (;;) {
    const [line] = /^(?:not )?encrypted.*\n/m.exec(text) ?? [];
    if (line !== undefined && isWhole(text)) return shownSessionId(line);
    const [piece] = await once(socket, "data");
    text += piece;
  }
}

/** Whether nothing of an answer is still to come, which would belong to the next one. */
function isWhole(text: string): boolean {
  const [head = "", body = ""] = text.split(/\r\n\r\n(.*)/s);
  const [, length] = /^content-length: ([0-9]+)/im.exec(head) ?? [];
  return length === undefined ? body.endsWith("0\r\n\r\n") : body.length === Number(length);
}

async function startSite(
  t: TestContext,
  server: ScriptServer,
  on: Host,
  daemon: Daemon,
): Promise<Site> {
  const issuer = createTestIssuer();
  const site = await prepareSite(t, {
    example: server.example,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    values: { TCPCRYPT_SOCKET: daemon.controlSocket },
  });
  const { file, from, to } = server.loopback;
  changeFile(site, file, from, to);
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => now });
  await Promise.all([startPhp(t, site), startFcgiwrap(t, site)]);
  await on.start({
    command: server.command,
    args: server.argsFor(site),
    isReady: async () => wroteItsProcess(site.folder) && (await accepts(on, site.port)),
    readLogs: () => logIn(site.folder),
  });
  const ticket = encodeTicket(issuer.issue({ uid: "ada", validUntil: now + 3_600 }));
  return { ...site, cookie: `auth_pubtkt=${ticket}` };
}

function wroteItsProcess(folder: string): boolean {
  return ["httpd.pid", "lighttpd.pid", "nginx.pid"].some((name) => existsSync(join(folder, name)));
}

function logIn(folder: string): string {
  const file = join(folder, "error.log");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
