import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createTcpcryptClient, TcpcryptClientError } from "@countersign/tcpcrypt-client";
import type { Status } from "../../src/control/protocol.ts";
import { type ControlOptions, type ControlSource, startControl } from "../../src/control/server.ts";
import { systemCalls } from "../../src/kernel/system-calls.ts";
import { TcpcryptdError } from "../../src/supervisor/tcpcryptd-error.ts";
import type { ConnectionReport } from "../../src/worker/messages.ts";
import { endsOf, loopback } from "./loopback.ts";
import { report } from "./reports.ts";

const status: Status = {
  pid: 7,
  startedAt: 1_790_000_000,
  workers: [{ index: 0, pid: 8, counts: null }],
  rules: [{ direction: "outgoing", ports: [80], mode: "opportunistic", conditions: [] }],
  hold: { by: "target", dials: 0 },
  plainDestinations: 0,
  warnings: [],
};

type Tell = Parameters<ControlSource["watch"]>[0];

/** Stands in for the workers. */
function source(connections: readonly ConnectionReport[] = []) {
  const told: string[] = [];
  const watchers = new Set<Tell>();
  const same = (one: { address: string; port: number }, other: typeof one) =>
    one.address === other.address && one.port === other.port;
  const find: ControlSource["connection"] = async (local, remote) =>
    connections.find((one) => same(one.local, local) && same(one.remote, remote));
  const note = (word: string) => async (local: { port: number }) => {
    told.push(`${word} ${local.port}`);
    return true;
  };
  const made: ControlSource = {
    connection: find,
    connections: async () => connections,
    status: async () => status,
    watch(tell) {
      watchers.add(tell);
      return () => void watchers.delete(tell);
    },
    flush: note("flush"),
    rekey: note("rekey"),
    stop: () => void told.push("stop"),
  };
  return { source: made, told, watchers };
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "countersign-control-"));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

interface Started extends Partial<ControlOptions> {
  /** Who the kernel says that asks; by default whoever runs the test. */
  readonly peer?: { uid: number; gid: number; groups?: readonly number[] };
}

async function start(context: TestContext, { peer, ...options }: Started = {}) {
  const path = options.path ?? join(folder(context), "run", "tcpcrypt.sock");
  const failures: unknown[] = [];
  const calls = systemCalls();
  const control = await startControl({
    path,
    systemCalls: {
      ...calls,
      peerCredentials: peer === undefined ? calls.peerCredentials : () => ({ pid: 1, ...peer }),
      peerGroups: peer === undefined ? calls.peerGroups : () => peer.groups ?? [],
    },
    source: source().source,
    failed: (error) => failures.push(error),
    ...options,
  });
  context.after(() => control.close());
  const client = createTcpcryptClient({ socketPath: path });
  context.after(() => client.close());
  return { path, control, client, failures };
}

const me = process.getuid?.() ?? 0;
const root = { uid: 0, gid: 0 };
const stranger = { uid: me + 1, gid: me + 1 };

for (const host of ["127.0.0.1", "::1", "::"] as const) {
  test(`tells a user the session of a connection of theirs, at a server on ${host}`, async (context) => {
    await using connection = await loopback(host, host === "::" ? "127.0.0.1" : host);
    const ends = endsOf(connection.accepted);
    const known = report(7, ends);
    const { client } = await start(context, {
      source: source([known]).source,
      peer: { uid: me, gid: me },
    });
    assert.deepEqual(await client.sessionOf(connection.accepted), known);
    assert.deepEqual(await client.sessionOf(ends), known);
    assert.equal(await client.sessionIdOf(connection.accepted), known.encrypted && known.sessionId);
    assert.equal(await client.sessionIdOf(connection.client), undefined);
  });
}

test("tells nobody of another user's connections, but root and the group", async (context) => {
  await using connection = await loopback("127.0.0.1");
  const ends = endsOf(connection.client);
  const known = source([report(7, ends)]);
  const ask = async (peer: NonNullable<Started["peer"]>, groupId?: number) => {
    const { client, control } = await start(context, { source: known.source, peer, groupId });
    const found = [
      (await client.sessionOf(ends)) !== undefined,
      (await client.connections()).length === 1,
      await client.flush(ends),
      await client.rekey(ends),
    ];
    client.close();
    await control.close();
    assert.equal(new Set(found).size, 1);
    return found[0];
  };
  assert.equal(await ask(stranger), false);
  assert.equal(await ask(stranger, 50), false);
  assert.deepEqual(known.told, []);
  assert.equal(await ask({ ...stranger, gid: 50 }, 50), true);
  assert.equal(await ask({ ...stranger, groups: [9, 50] }, 50), true);
  assert.equal(await ask({ uid: me, gid: me }), true);
  assert.equal(await ask(root), true);
  assert.equal(known.told.length, 8);
});

test("knows the asker by the kernel's word", async (context) => {
  const { client } = await start(context, { source: source([report(1)]).source });
  assert.equal((await client.connections()).length, me === 0 ? 1 : 0);
});

test("lets only root stop tcpcryptd, after the answer", async (context) => {
  const stopped = source();
  const asUser = await start(context, { source: stopped.source, peer: stranger });
  await assert.rejects(asUser.client.stop(), isError("not-allowed"));
  assert.deepEqual(stopped.told, []);
  const asRoot = await start(context, { source: stopped.source, peer: root });
  await asRoot.client.stop();
  await asRoot.client.status();
  assert.deepEqual(stopped.told, ["stop"]);
});

test("tells how tcpcryptd is", async (context) => {
  const { client } = await start(context, { peer: stranger });
  assert.deepEqual(await client.status(), status);
});

test("tells watchers of what opens and closes, and forgets those who went", async (context) => {
  const { source: made, watchers } = source([report(1)]);
  const { client } = await start(context, { source: made, peer: root });
  const seen: string[] = [];
  for await (const { event, connection } of client.watch()) {
    seen.push(`${event} ${connection.local.port}`);
    if (seen.length === 1) for (const tell of watchers) tell("opened", report(2));
    if (seen.length === 2) for (const tell of watchers) tell("closed", report(1));
    if (seen.length === 3) break;
  }
  assert.deepEqual(seen, ["present 1", "opened 2", "closed 1"]);
  while (watchers.size > 0) await new Promise(setImmediate);
});

test("tells a watcher nothing of other users' connections", async (context) => {
  await using connection = await loopback("127.0.0.1");
  const own = report(7, endsOf(connection.client));
  const { source: made, watchers } = source([own, report(1)]);
  const seen = async (uid: number) => {
    const { client } = await start(context, { source: made, peer: { uid, gid: me } });
    const events: string[] = [];
    const watching = (async () => {
      for await (const { event, connection } of client.watch()) {
        events.push(`${event} ${connection.local.port}`);
      }
    })();
    while (watchers.size === 0) await new Promise(setImmediate);
    for (const tell of watchers) {
      tell("opened", own);
      tell("closed", report(1));
    }
    await client.status();
    client.close();
    await watching;
    while (watchers.size > 0) await new Promise(setImmediate);
    return events;
  };
  assert.deepEqual(await seen(stranger.uid), []);
});

test("cuts off a watcher who does not read", async (context) => {
  const { source: made, watchers } = source();
  const { path } = await start(context, { source: made, peer: root });
  const socket = await open(path);
  socket.pause();
  socket.write('{"v":1,"id":1,"ask":"watch"}\n');
  while (watchers.size === 0) await new Promise(setImmediate);
  const closed = report(1);
  for (let turn = 0; watchers.size > 0; turn += 1) {
    assert.ok(turn < 100_000, "still there");
    for (const tell of watchers) tell("opened", closed);
    if (turn % 1000 === 0) await new Promise(setImmediate);
  }
  socket.destroy();
});

test("a long list that is still being read cuts no watcher off", async (context) => {
  const many = Array.from({ length: 10_000 }, () => report(1));
  const { source: made, watchers } = source(many);
  const { path } = await start(context, { source: made, peer: root });
  const socket = await open(path);
  socket.write('{"v":1,"id":1,"ask":"watch"}\n{"v":1,"id":2,"ask":"connections"}\n');
  await once(socket, "readable");
  for (const tell of watchers) tell("opened", report(2));
  let text = "";
  socket.setEncoding("utf8").on("data", (piece) => {
    text += piece;
    if (text.split("\n").length === 3) socket.end();
  });
  await once(socket, "close");
  const [list = "", event = ""] = text.split("\n");
  assert.equal(JSON.parse(list).connections.length, many.length);
  assert.equal(JSON.parse(event).event, "opened");
});

test("answers in the order of the questions, also when they come at once and cut anywhere", async (context) => {
  const { path } = await start(context, { peer: root });
  const socket = await open(path);
  const questions = Array.from({ length: 50 }, (_, id) => `{"v":1,"id":${id},"ask":"status"}\n`);
  const bytes = Buffer.from(questions.join(""));
  for (let at = 0; at < bytes.length; at += 7) socket.write(bytes.subarray(at, at + 7));
  // Whoever has asked everything may say so, and still gets the answers.
  socket.end();
  assert.deepEqual(
    (await answersOf(socket)).map(({ id }) => id),
    questions.map((_, id) => id),
  );
});

test("says what is wrong with a question, and goes on", async (context) => {
  const { path } = await start(context, { peer: stranger });
  const socket = await open(path);
  socket.end(
    'nonsense\n{"v":2,"id":1}\n{"v":1,"id":2,"ask":"watch"}\n{"v":1,"id":3,"ask":"watch"}\n',
  );
  const answers = await answersOf(socket);
  assert.deepEqual(
    answers.map(({ id, error }) => [id, error]),
    [
      [null, "bad-request"],
      [1, "bad-version"],
      [3, "bad-request"],
    ],
  );
});

test("takes no line without end", async (context) => {
  const { path } = await start(context);
  const socket = await open(path);
  socket.write(Buffer.alloc(100_000, "x"));
  assert.deepEqual(
    (await answersOf(socket)).map(({ error }) => error),
    ["bad-request"],
  );
});

test("says that it could not find out, and keeps the reason for the log", async (context) => {
  const reason = new Error("no worker answers");
  const { source: made } = source();
  const failing = { ...made, status: () => Promise.reject(reason) };
  const { client, failures } = await start(context, { source: failing });
  await assert.rejects(client.status(), isError("failed"));
  assert.deepEqual(failures, [reason]);
  assert.deepEqual(await client.connections(), []);
});

test("says that it could not find out when nobody answers for a connection", async (context) => {
  await using connection = await loopback("127.0.0.1");
  const silent: ControlSource = { ...source().source, connection: async () => "unanswered" };
  const { client, failures } = await start(context, { source: silent });
  await assert.rejects(client.sessionOf(connection.client), isError("failed"));
  assert.deepEqual(failures, []);
});

test("turns away a user with very many connections to it", async (context) => {
  const limits = { clients: 10, clientsPerUser: 2 };
  const { path } = await start(context, { limits, peer: stranger });
  const sockets = [await open(path), await open(path)];
  const surplus = connect(path);
  surplus.on("error", () => undefined);
  await once(surplus.resume(), "close");
  sockets[0]?.end();
  await once(sockets[0]?.resume() ?? assert.fail(), "close");
  const next = await open(path);
  next.write('{"v":1,"id":1,"ask":"status"}\n');
  await once(next, "data");
  for (const socket of [...sockets, next]) socket.destroy();
});

test("replaces the socket of a process that is gone, and no other file", async (context) => {
  const path = join(folder(context), "tcpcrypt.sock");
  await leaveSocket(path);
  const { control, client } = await start(context, { path });
  assert.equal(statSync(path).mode & 0o777, 0o666);
  assert.deepEqual(await client.status(), status);
  await assert.rejects(
    startControl({ path, systemCalls: systemCalls(), source: source().source, failed: () => {} }),
    (error: unknown) => error instanceof TcpcryptdError && error.code === "already-running",
  );
  assert.deepEqual(await client.status(), status);
  client.close();
  await control.close();
  writeFileSync(path, "precious");
  await assert.rejects(
    startControl({ path, systemCalls: systemCalls(), source: source().source, failed: () => {} }),
    (error: unknown) => error instanceof TcpcryptdError && error.code === "no-control-socket",
  );
  assert.ok(statSync(path).isFile());
});

test("the client finds a daemon that was started anew", async (context) => {
  const { path, control, client } = await start(context);
  assert.equal((await client.status()).pid, 7);
  await control.close();
  await assert.rejects(client.status(), isError("unreachable"));
  const again = await start(context, { path });
  assert.equal((await client.status()).pid, 7);
  await again.control.close();
  await start(context, { path });
  assert.equal((await client.status()).pid, 7);
});

function isError(code: string) {
  return (error: unknown) => error instanceof TcpcryptClientError && error.code === code;
}

async function open(path: string): Promise<Socket> {
  const socket = connect({ path, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

/** All that is answered until the end. What was not read at the other side makes it a reset. */
async function answersOf(socket: Socket): Promise<Record<string, unknown>[]> {
  let text = "";
  socket.setEncoding("utf8").on("data", (piece) => {
    text += piece;
  });
  socket.on("error", () => undefined);
  socket.once("end", () => socket.destroy());
  await once(socket, "close");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** What a process leaves that is killed while it listens. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer().listen(path);
  await once(server, "listening");
  // Closing removes the name that it was given; under another one the socket stays.
  renameSync(path, `${path}.left`);
  server.close();
  await once(server, "close");
  renameSync(`${path}.left`, path);
}
