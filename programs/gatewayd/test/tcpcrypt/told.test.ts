import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { createTrustedProxies } from "@countersign/gateway";
import {
  type PlayedAnswer,
  playedSessionId,
  startPlayedTcpcryptd,
} from "@countersign/testing/kit/played-tcpcryptd.ts";
import { auth, check } from "../../src/questions/countersign-facts.ts";
import { connectionIn } from "../../src/questions/session-id.ts";
import { exchange, paramsOf, requestOf } from "../ask-over-fastcgi.ts";
import { get, headersOf } from "../ask-over-http.ts";
import { ask, echoHeaders, startProxied } from "../proxy/proxied.ts";
import { folderFor, startFor } from "../running.ts";
import { cookies, sample, visit } from "../sample.ts";

const said = "192.0.2.7,40000,198.51.100.1,80";
const theirs = playedSessionId({
  local: { address: "198.51.100.1", port: 80 },
  remote: { address: "192.0.2.7", port: 40_000 },
});
const onConnection = { ...headersOf(visit), "X-Countersign-Connection": said };
const withVisitors = (headers: Record<string, string>) => ({
  ...headers,
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "http",
  "X-Forwarded-Host": visit.host,
  "X-Forwarded-Uri": visit.target,
  "X-Forwarded-For": visit.clientAddress,
  Cookie: cookies,
});

async function start(t: TestContext, more: object = {}, answer?: PlayedAnswer) {
  const folder = folderFor(t);
  const daemon = await startPlayedTcpcryptd(t, folder, answer);
  const where = { socketPath: `${folder}/gateway.sock` };
  const path = `${folder}/authorizer.sock`;
  const listening = { http: [`unix:${where.socketPath}`], fastcgi: [`unix:${path}`] };
  const tcpcrypt = { socket: daemon.socket };
  await startFor(t, sample, { ...listening, tcpcrypt, ...more });
  const askFastCgi = (variables: Record<string, string>) => {
    const params = new Map([...paramsOf(visit), ...Object.entries(variables)]);
    return exchange({ path }, requestOf(params));
  };
  return { where, daemon, askFastCgi };
}

for (const path of ["/auth", "/check"]) {
  test(`${path} tells the session ID of the connection, and lets nobody keep the answer`, async (t) => {
    const { where } = await start(t, { sites: [{ ...sample.sites[0], cacheSeconds: 60 }] });
    const { headers } = await get(where, path, onConnection);
    assert.equal(headers["tcp-crypt-sessid"], theirs);
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["remote-user"], "ada");
  });
}

test("a site may give the header another name", async (t) => {
  const [site] = sample.sites;
  const { where } = await start(t, {
    sites: [{ ...site, identityHeaders: { sessionId: "X-Id" } }],
  });
  const { headers } = await get(where, "/check", onConnection);
  assert.deepEqual([headers["x-id"], headers["tcp-crypt-sessid"]], [theirs, undefined]);
});

test("an answer that was not made by a connection may be kept as ever", async (t) => {
  const { where, daemon } = await start(t, { sites: [{ ...sample.sites[0], cacheSeconds: 60 }] });
  const { headers } = await get(where, "/auth", headersOf(visit));
  assert.equal(headers["tcp-crypt-sessid"], "");
  assert.equal(headers["cache-control"], "max-age=60");
  assert.deepEqual(daemon.asked, []);
});

test("without the setting nobody is asked", async (t) => {
  const { where, daemon, askFastCgi } = await start(t, { tcpcrypt: undefined });
  const { headers } = await get(where, "/auth", onConnection);
  assert.equal(headers["tcp-crypt-sessid"], "");
  const ends = { REMOTE_PORT: "40000", SERVER_ADDR: "198.51.100.1" };
  assert.doesNotMatch(await askFastCgi(ends), /TCP_CRYPT/);
  assert.equal((await get(where, "/session-id", onConnection)).headers["tcp-crypt-sessid"], "");
  assert.deepEqual(daemon.asked, []);
});

test("who may not pass is told nothing, and nobody is asked", async (t) => {
  const { where, daemon } = await start(t);
  const { Cookie: _, ...nobody } = onConnection as Record<string, string>;
  for (const path of ["/auth", "/check", "/answer"]) {
    const { headers } = await get(where, path, nobody);
    assert.equal(headers["tcp-crypt-sessid"], undefined);
  }
  assert.deepEqual(daemon.asked, []);
});

test("Caddy tells the connection in the address that it asks at", async (t) => {
  const { where } = await start(t);
  const site = `site=http://${visit.host}`;
  for (const written of [said, encodeURIComponent(said)]) {
    const path = `/forward-auth?${site}&connection=${written}`;
    const { status, headers } = await get(where, path, withVisitors({}));
    assert.equal(status, 200);
    assert.equal(headers["tcp-crypt-sessid"], theirs);
  }
  const elsewhere = `/forward-auth?site=http://other.example.com&connection=${said}`;
  assert.equal((await get(where, elsewhere, withVisitors({}))).status, 400);
});

test("no visitor chooses a connection by a header", async (t) => {
  const { where, daemon } = await start(t);
  const forged = withVisitors({ "X-Countersign-Connection": said, "Tcp-Crypt-Sessid": "23AA" });
  const path = `/forward-auth?site=http://${visit.host}`;
  for (const [asked, headers] of [
    [path, forged],
    [`/ext-authz${visit.target}`, { ...forged, Host: visit.host }],
  ] as const) {
    const answer = await get(where, asked, headers);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["tcp-crypt-sessid"], "");
  }
  assert.deepEqual(daemon.asked, []);
});

test("a connection that is told twice is nobody's", () => {
  const rawHeaders = ["X-Countersign-Connection", said, "x-countersign-connection", said];
  const question = { method: "GET", target: "/auth", rawHeaders };
  const trustedProxies = createTrustedProxies([]);
  for (const { readConnection } of [auth, check]) {
    assert.throws(() => readConnection?.({ ...question, trustedProxies }), {
      code: "repeated-fact",
    });
  }
  assert.throws(() => connectionIn(rawHeaders), { code: "repeated-fact" });
});

test("/session-id lets everybody in, and tells nothing but the session ID", async (t) => {
  const { where } = await start(t);
  const { Cookie: _, ...nobody } = onConnection as Record<string, string>;
  const { status, headers } = await get(where, "/session-id", nobody);
  assert.equal(status, 204);
  assert.equal(headers["tcp-crypt-sessid"], theirs);
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["remote-user"], undefined);
  const unknown = { "X-Countersign-Client-Address": "unix:" };
  const none = await get(where, "/session-id", unknown);
  assert.deepEqual([none.status, none.headers["tcp-crypt-sessid"]], [204, ""]);
});

test("/session-id needs no site", async (t) => {
  const { where } = await start(t, { sites: [], keys: [] });
  assert.equal((await get(where, "/session-id", onConnection)).headers["tcp-crypt-sessid"], theirs);
  assert.equal((await get(where, "/auth", onConnection)).status, 401);
});

test("/session-id answers nobody but web servers that are trusted", async (t) => {
  const folder = folderFor(t);
  const { socket } = await startPlayedTcpcryptd(t, folder);
  const listening = { http: ["127.0.0.1:0"], trustedProxies: ["192.0.2.200"] };
  const { addresses } = await startFor(t, sample, { ...listening, tcpcrypt: { socket } });
  const where = { port: Number(addresses[0]?.split(":").at(-1)) };
  const { status, headers } = await get(where, "/session-id", onConnection);
  assert.equal(status, 403);
  assert.equal(headers["tcp-crypt-sessid"], undefined);
});

test("a FastCGI authorizer tells it by mod_tcpcrypt's name", async (t) => {
  const { askFastCgi } = await start(t);
  const ends = { REMOTE_PORT: "40000", SERVER_ADDR: "198.51.100.1" };
  assert.match(await askFastCgi(ends), new RegExp(`Variable-TCP_CRYPT_SESSID: ${theirs}\r\n`));
  // Where SERVER_PORT is that of a proxy in front.
  const elsewhere = { ...ends, SERVER_PORT: "8443", COUNTERSIGN_LOCAL_PORT: "80" };
  const refused = await askFastCgi({ ...elsewhere, SERVER_NAME: visit.host });
  assert.doesNotMatch(refused, /TCP_CRYPT/);
});

test("a FastCGI authorizer leaves the variable out where there is no session ID", async (t) => {
  const { askFastCgi } = await start(t, {}, () => undefined);
  const answer = await askFastCgi({ REMOTE_PORT: "40000", SERVER_ADDR: "198.51.100.1" });
  assert.match(answer, /Variable-AUTHN_USER: ada/);
  assert.doesNotMatch(answer, /TCP_CRYPT/);
});

test("visitors come in without a session ID while the daemon is silent, and soon without waiting", async (t) => {
  const tcpcrypt = { socket: "", timeoutMilliseconds: 50 };
  const folder = folderFor(t);
  const daemon = await startPlayedTcpcryptd(t, folder, () => "silence");
  const socketPath = `${folder}/gateway.sock`;
  const listening = {
    http: [`unix:${socketPath}`],
    tcpcrypt: { ...tcpcrypt, socket: daemon.socket },
  };
  await startFor(t, sample, listening);
  for (let visitor = 0; visitor < 20; visitor += 1) {
    const { status, headers } = await get({ socketPath }, "/auth", onConnection);
    assert.deepEqual([status, headers["tcp-crypt-sessid"]], [204, ""]);
  }
  assert.equal(daemon.asked.length, 1);
});

test("one connection to the daemon serves many questions, each with its own answer", async (t) => {
  const { where, daemon } = await start(t);
  const ports = Array.from({ length: 50 }, (_, index) => 40_000 + index);
  const answers = await Promise.all(
    ports.map((port) => {
      const connection = { "X-Countersign-Connection": `192.0.2.7,${port},198.51.100.1,80` };
      return get(where, "/session-id", { ...onConnection, ...connection });
    }),
  );
  const local = { address: "198.51.100.1", port: 80 };
  for (const [index, port] of ports.entries()) {
    const id = playedSessionId({ local, remote: { address: "192.0.2.7", port } });
    assert.equal(answers[index]?.headers["tcp-crypt-sessid"], id);
  }
  assert.equal(daemon.clients(), 1);
});

test("gatewayd as a proxy tells the session ID of its visitor's connection, and no other", async (t) => {
  const { socket } = await startPlayedTcpcryptd(t, folderFor(t));
  const plan = { site: { access: "public" }, more: { tcpcrypt: { socket } } };
  const { port } = await startProxied(t, echoHeaders, plan);
  const client = connect(port, "127.0.0.1");
  await once(client, "connect");
  const { localPort = 0 } = client;
  const forged = "Tcp-Crypt-Sessid: 23AA\r\nTCP_CRYPT_SESSID: 23BB\r\n";
  const head = `GET / HTTP/1.1\r\nHost: ${visit.host}\r\nConnection: close\r\n`;
  client.write(`${head}Tcp-Crypt-Sessid: 23AA\r\n\r\n`);
  const answer = Buffer.concat(await client.toArray()).toString();
  const local = { address: "127.0.0.1", port };
  const remote = { address: "127.0.0.1", port: localPort };
  const fields: string[] = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
  const told = fields.filter((_, index) => /^tcp/i.test(fields[index - 1] ?? ""));
  assert.deepEqual(told, [playedSessionId({ local, remote })]);
  // A name that may be taken for it comes from nobody who means well.
  assert.equal((await ask(port, "GET / HTTP/1.1", ...forged.trim().split("\r\n"))).status, 400);
});
