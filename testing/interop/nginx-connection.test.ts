import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runGateway } from "../kit/programs.ts";
import { sendLines } from "../kit/raw-request.ts";
import { request } from "../kit/request.ts";
import { changeFile, type PreparedSite, prepareSite } from "../kit/site.ts";
import { startNginx } from "../kit/web-servers.ts";
import { assertShowsNothing } from "./outcome.ts";
import { createTestIssuer, makeTickets } from "./tickets.ts";

const now = 1_800_000_000;

test("nginx asks over one connection again and again, whatever the answers", async (t) => {
  const { site, visit } = await prepare(t);
  const behind = join(site.folder, "behind.sock");
  changeFile(site, "gateway.yaml", join(site.folder, "gateway.sock"), behind);
  const connections = await countConnections(t, join(site.folder, "gateway.sock"), behind);
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => now });
  await startNginx(t, site);
  for (let times = 0; times < 10; times += 1) {
    assert.equal((await visit({ isKnown: true })).status, 200);
    assert.equal((await visit({ isKnown: false })).status, 307);
    assert.equal((await visit({ isKnown: false, accept: "application/json" })).status, 401);
    for (const method of ["POST", "PROPFIND"]) {
      assert.equal((await visit({ isKnown: false, method })).status, 303);
    }
    assert.equal((await visit({ isKnown: false, method: "HEAD" })).status, 307);
  }
  assert.equal(connections(), 1);
});

test("a method that nobody knows gets an answer like any other", async (t) => {
  const { site } = await prepare(t);
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => now });
  await startNginx(t, site);
  const host = `Host: ${site.host}:${site.port}`;
  const asking = ["BREW /whoami HTTP/1.1", host, "Accept: text/html", "Connection: close"];
  const { status, location } = await sendLines(site.port, asking);
  assert.equal(status, 303);
  assert.match(location ?? "", /\/login\?back=/);
});

test("nginx shows nothing, and does not wait, when gatewayd never answers", async (t) => {
  const { site, visit } = await prepare(t);
  const silent = createServer();
  await listenOn(t, silent, join(site.folder, "gateway.sock"));
  changeFile(site, "facts.conf", /^proxy_read_timeout .*$/m, "proxy_read_timeout 50ms;");
  await startNginx(t, site);
  for (const isKnown of [true, false]) {
    const answer = await visit({ isKnown });
    assert.equal(answer.status, 500);
    assertShowsNothing(answer);
  }
});

test("what a refused visitor sends does not reach gatewayd", async (t) => {
  const { site, visit } = await prepare(t);
  const behind = join(site.folder, "behind.sock");
  changeFile(site, "gateway.yaml", join(site.folder, "gateway.sock"), behind);
  const heard: Buffer[] = [];
  await countConnections(t, join(site.folder, "gateway.sock"), behind, heard);
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => now });
  await startNginx(t, site);
  const body = new URLSearchParams({ password: "correct horse battery staple" });
  assert.equal((await visit({ isKnown: false, method: "POST", body })).status, 303);
  const text = Buffer.concat(heard).toString("latin1");
  assert.match(text, /X-Countersign-Method: POST/);
  assert.doesNotMatch(text, /horse/);
  assert.doesNotMatch(text, /^Content-Length: [1-9]/im);
});

interface Asking {
  readonly isKnown: boolean;
  readonly accept?: string;
  readonly method?: string;
  readonly body?: URLSearchParams;
}

async function prepare(t: TestContext) {
  const issuer = createTestIssuer();
  const site: PreparedSite = await prepareSite(t, {
    example: "nginx",
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
  });
  const cookie = `auth_pubtkt=${makeTickets(issuer, now).good}`;
  const visit = ({ isKnown, accept = "text/html", ...asking }: Asking) =>
    request({
      port: site.port,
      host: `${site.host}:${site.port}`,
      path: "/whoami",
      headers: { accept, ...(isKnown && { cookie }) },
      ...asking,
    });
  return { site, visit };
}

/** Stands between nginx and gatewayd; gives how many connections came, and keeps what nginx said. */
async function countConnections(
  t: TestContext,
  path: string,
  behind: string,
  heard: Buffer[] = [],
): Promise<() => number> {
  let connections = 0;
  const between = createServer((socket) => {
    connections += 1;
    const onward = connect(behind);
    socket.on("data", (chunk) => heard.push(chunk));
    socket.pipe(onward).pipe(socket);
    socket.on("error", () => onward.destroy());
    onward.on("error", () => socket.destroy());
  });
  await listenOn(t, between, path);
  return () => connections;
}

async function listenOn(
  t: TestContext,
  server: ReturnType<typeof createServer>,
  path: string,
): Promise<void> {
  t.after(() => server.close());
  await once(server.listen(path), "listening");
  // nginx works as another user.
  chmodSync(path, 0o666);
}
