import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type TestContext, test } from "node:test";
import {
  createTcpcryptClient,
  TcpcryptClientError,
  type TcpcryptClientErrorCode,
  type TcpcryptClientOptions,
} from "../src/index.ts";
import { type Asked, connection, sessionId, socketPath, standIn } from "./stand-in.ts";

const { local, remote } = connection;
const ends = { local, remote };
const socket = () =>
  Object.assign(new EventEmitter(), {
    localAddress: local.address,
    localPort: local.port,
    remoteAddress: `::ffff:${remote.address}`,
    remotePort: remote.port,
  });

function client(context: TestContext, path: string, options: TcpcryptClientOptions = {}) {
  const made = createTcpcryptClient({ socketPath: path, ...options });
  context.after(() => made.close());
  return made;
}

const is = (code: TcpcryptClientErrorCode) => (error: unknown) =>
  error instanceof TcpcryptClientError && error.code === code;

test("asks for a session by the ends that the socket tells", async (context) => {
  const daemon = await standIn(context, () => ({ connection }));
  const asking = client(context, daemon.path);
  assert.deepEqual(await asking.sessionOf(socket()), connection);
  assert.deepEqual(daemon.asked, [{ v: 1, id: 1, ask: "session", local, remote }]);
  assert.deepEqual(await asking.sessionOf(ends), connection);
});

test("gives no session where there is none, or it is not encrypted, or the socket is closed", async (context) => {
  const answers = [null, { ...connection, encrypted: false, reason: "no-option" }];
  const daemon = await standIn(context, ({ id }) => ({ connection: answers[id - 1] }));
  const asking = client(context, daemon.path);
  assert.equal(await asking.sessionIdOf(socket()), undefined);
  assert.equal(await asking.sessionIdOf(socket()), undefined);
  assert.equal(await asking.sessionIdOf({ ...socket(), remoteAddress: undefined }), undefined);
  assert.equal(daemon.asked.length, 2);
});

test("remembers a session ID with its socket, and nothing else", async (context) => {
  let found: object | null = null;
  const daemon = await standIn(context, () => ({ connection: found }));
  const asking = client(context, daemon.path);
  const one = socket();
  assert.equal(await asking.sessionIdOf(one), undefined);
  found = connection;
  assert.equal(await asking.sessionIdOf(one), sessionId);
  assert.equal(await asking.sessionIdOf(one), sessionId);
  assert.equal(daemon.asked.length, 2);
  found = null;
  assert.equal(await asking.sessionIdOf(socket()), undefined);
  assert.equal(await asking.sessionOf(one), undefined);
});

test("forgets a session ID when the socket closes: it may be connected again", async (context) => {
  let found: object | null = connection;
  const daemon = await standIn(context, () => ({ connection: found }));
  const asking = client(context, daemon.path);
  const one = socket();
  assert.equal(await asking.sessionIdOf(one), sessionId);
  one.emit("close");
  found = null;
  assert.equal(await asking.sessionIdOf(one), undefined);
});

test("asks many questions at once over one connection, and takes answers in any order", async (context) => {
  const waiting: Asked[] = [];
  const daemon = await standIn(context, (asked, connected) => {
    waiting.push(asked);
    if (waiting.length < 20) return undefined;
    for (const { id, local } of waiting.reverse()) {
      const answer = { v: 1, id, connection: { ...connection, local } };
      connected.write(`${JSON.stringify(answer)}\n`);
    }
    return undefined;
  });
  const asking = client(context, daemon.path);
  const ports = Array.from({ length: 20 }, (_, index) => index + 1);
  const found = await Promise.all(
    ports.map((port) => asking.sessionOf({ ...ends, local: { ...local, port } })),
  );
  assert.deepEqual(
    found.map((one) => one?.local.port),
    ports,
  );
  assert.equal(daemon.connections, 1);
});

test("reads answers cut anywhere", async (context) => {
  const text = (id: number) => `${JSON.stringify({ v: 1, id, connection })}\n`;
  const daemon = await standIn(context, ({ id }, connected) => {
    for (const byte of Buffer.from(text(id))) connected.write(Uint8Array.of(byte));
    return undefined;
  });
  assert.deepEqual(await client(context, daemon.path).sessionOf(ends), connection);
});

test("says that nobody answers, or takes it for no session where it is told to", async (context) => {
  const path = socketPath(context);
  await assert.rejects(client(context, path).sessionIdOf(socket()), is("unreachable"));
  const lenient = client(context, path, { whenUnreachable: "none" });
  assert.equal(await lenient.sessionIdOf(socket()), undefined);
  await assert.rejects(lenient.status(), is("unreachable"));
});

test("waits for an answer as long as it is told to", async (context) => {
  const daemon = await standIn(context, ({ id }) => (id === 1 ? undefined : { connection }));
  const asking = client(context, daemon.path, { timeoutMs: 20 });
  await assert.rejects(asking.sessionOf(ends), is("timed-out"));
  assert.deepEqual(await asking.sessionOf(ends), connection);
  const silent = await standIn(context, () => undefined);
  const lenient = client(context, silent.path, { timeoutMs: 20, whenUnreachable: "none" });
  assert.equal(await lenient.sessionOf(ends), undefined);
});

test("asks a tcpcryptd that was started anew, once", async (context) => {
  const first = await standIn(context, () => ({ connection }));
  const asking = client(context, first.path);
  await asking.sessionOf(ends);
  await first.stop();
  const second = await standIn(context, () => ({ connection: null }), first.path);
  assert.equal(await asking.sessionOf(ends), undefined);
  await second.stop();
  await assert.rejects(asking.sessionOf(ends), is("unreachable"));
});

test("asks again when the connection ends under a question, but not for ever", async (context) => {
  const daemon = await standIn(context, (_asked, connected) => {
    if (daemon.asked.length === 1) return { connection };
    connected.destroy();
    return undefined;
  });
  const asking = client(context, daemon.path);
  await asking.sessionOf(ends);
  await assert.rejects(asking.sessionOf(ends), is("unreachable"));
  assert.equal(daemon.asked.length, 3);
});

const problems = {
  forbidden: "not-allowed",
  failed: "failed",
  "bad-request": "bad-answer",
  "bad-version": "bad-answer",
} as const;

for (const [error, code] of Object.entries(problems)) {
  test(`answers the problem ${error} as ${code}`, async (context) => {
    const daemon = await standIn(context, () => ({ error, message: "" }));
    await assert.rejects(client(context, daemon.path).stop(), is(code));
  });
}

test("trusts no answer that is none, and no session ID that cannot be one", async (context) => {
  const wrong: (object | string)[] = [
    "nonsense\n",
    '{"v":2,"id":1}\n',
    "[]\n",
    { connection: { ...connection, sessionId: "23" } },
    { connection: { ...connection, sessionId: sessionId.toLowerCase() } },
    { connection: { ...connection, sessionId: 7 } },
    { connection: { ...connection, role: "C" } },
    { connection: { ...connection, encrypted: "yes" } },
    { connection: 7 },
    { connections: [connection] },
  ];
  for (const answer of wrong.slice(0, -1)) {
    const daemon = await standIn(context, () => answer);
    await assert.rejects(
      client(context, daemon.path, { whenUnreachable: "none" }).sessionOf(ends),
      is("bad-answer"),
      JSON.stringify(answer),
    );
  }
  const daemon = await standIn(context, () => ({ connections: [connection] }));
  await assert.rejects(client(context, daemon.path).status(), is("bad-answer"));
});

test("passes on what tcpcryptd says of all connections, and asks it for changes", async (context) => {
  const daemon = await standIn(context, ({ ask }) =>
    ask === "connections" ? { connections: [connection] } : { done: ask === "rekey" },
  );
  const asking = client(context, daemon.path);
  assert.deepEqual(await asking.connections(), [connection]);
  assert.equal(await asking.rekey(ends), true);
  assert.equal(await asking.flush(socket()), false);
  assert.deepEqual(daemon.asked[1], { v: 1, id: 2, ask: "rekey", local, remote });
});

/** Answers the list, and then tells of `events`. */
function watched(events: readonly object[], after?: (connected: { destroy(): void }) => void) {
  let watch = 0;
  return (asked: Asked, connected: { write(text: string): void; destroy(): void }) => {
    if (asked.ask === "watch") {
      watch = asked.id;
      return undefined;
    }
    connected.write(`${JSON.stringify({ v: 1, id: asked.id, connections: [connection] })}\n`);
    for (const event of events) {
      connected.write(`${JSON.stringify({ v: 1, id: watch, ...event })}\n`);
    }
    after?.(connected);
    return undefined;
  };
}

test("watches what is there, what opens and what closes", async (context) => {
  const events = [
    { event: "opened", connection },
    { event: "closed", connection },
  ];
  const daemon = await standIn(context, watched(events));
  const seen: string[] = [];
  for await (const { event } of client(context, daemon.path).watch()) {
    if (seen.push(event) === 3) break;
  }
  assert.deepEqual(seen, ["present", "opened", "closed"]);
});

test("a watch ends with the client, and fails when tcpcryptd ends", async (context) => {
  const ending = await standIn(
    context,
    watched([], (connected) => connected.destroy()),
  );
  await assert.rejects(async () => {
    for await (const { event } of client(context, ending.path).watch())
      assert.equal(event, "present");
  }, is("unreachable"));
  const lasting = await standIn(context, watched([]));
  const closing = client(context, lasting.path);
  let seen = 0;
  for await (const { event } of closing.watch()) {
    assert.equal(event, "present");
    seen += 1;
    setImmediate(() => closing.close());
  }
  assert.equal(seen, 1);
});

test("asks nothing any more once it is closed", async (context) => {
  const daemon = await standIn(context, () => undefined);
  const asking = client(context, daemon.path);
  const question = asking.sessionOf(ends);
  asking.close();
  await assert.rejects(question, is("closed"));
  await assert.rejects(asking.sessionOf(ends), is("closed"));
  await assert.rejects(asking.watch().next(), is("closed"));
});
