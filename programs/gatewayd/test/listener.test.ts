import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { recordType, writeNameValues, writeRecord } from "@countersign/fastcgi";
import { waitUntil } from "@countersign/testing/kit/wait-until.ts";
import type { RunningGateway } from "../src/main.ts";
import { exchange, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { get, headersOf } from "./ask-over-http.ts";
import { folderFor, startFor } from "./running.ts";
import { sample, visit } from "./sample.ts";

interface Started {
  readonly gateway: RunningGateway;
  readonly socketPath: string;
  readonly path: string;
}

async function start(context: TestContext, limits: object = {}): Promise<Started> {
  const folder = folderFor(context);
  const [socketPath, path] = [`${folder}/http.sock`, `${folder}/fastcgi.sock`];
  const listening = { http: [`unix:${socketPath}`], fastcgi: [`unix:${path}`], limits };
  return { gateway: await startFor(context, sample, listening), socketPath, path };
}

async function open(path: string): Promise<Socket> {
  const socket = connect({ path });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

const lines = Object.entries(headersOf(visit)).map(([name, value]) => `${name}: ${value}\r\n`);
const question = `GET /auth HTTP/1.1\r\nHost: gateway\r\n${lines.join("")}\r\n`;

const kept = Buffer.from(requestOf(paramsOf(visit)));
kept[10] = 1; // The flag to keep the connection, after a header of 8 bytes and the role.

const getValues = writeRecord({
  type: recordType.GET_VALUES,
  requestId: 0,
  content: writeNameValues(new Map([["FCGI_MAX_REQS", ""]])),
});

const ended = (socket: Socket) => (socket.destroyed ? undefined : once(socket, "close"));

test("answers 503 at once on connections beyond the limit, over HTTP and FastCGI", async (context) => {
  const { socketPath, path } = await start(context, { connections: 2 });
  const taken = [
    await open(socketPath),
    await open(socketPath),
    await open(path),
    await open(path),
  ];
  const { status, headers } = await get({ socketPath }, "/auth", headersOf(visit));
  assert.deepEqual([status, headers["retry-after"], headers.connection], [503, "1", "close"]);
  assert.match(await exchange({ path }, requestOf(paramsOf(visit))), /^Status: 503\b/);
  for (const socket of taken) socket.destroy();
  const isHeard = async () => (await get({ socketPath }, "/auth", headersOf(visit))).status === 204;
  assert.ok(await waitUntil(isHeard, 5_000));
});

test("still says that it lives on connections beyond the limit", async (context) => {
  const { socketPath } = await start(context, { connections: 1 });
  const taken = await open(socketPath);
  assert.equal((await get({ socketPath }, "/healthz")).status, 204);
  taken.destroy();
});

test("does not hear more than twice as many, and counts them", async (context) => {
  const { socketPath } = await start(context, { connections: 2 });
  const taken = await Promise.all([1, 2, 3, 4].map(() => open(socketPath)));
  const dropped = await open(socketPath);
  await ended(dropped);
  taken[0]?.destroy();
  await ended(taken[0] as Socket);
  const { body } = await get({ socketPath }, "/metrics");
  assert.match(body, /^countersign_overload_total\{what="connection"\} 1$/m);
  for (const socket of taken) socket.destroy();
});

test("closes connections that stay silent, whatever is spoken on them", async (context) => {
  // The listeners' clock is made of this; the time itself need not pass.
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { socketPath, path } = await start(context, { firstByteSeconds: 1 });
  const silent = [await open(socketPath), await open(path)];
  const real = performance.now();
  const clock = context.mock.method(performance, "now", () => real + 2_000);
  context.mock.timers.tick(1_000);
  await Promise.all(silent.map(ended));
  clock.mock.restore();
});

test("cuts off a request that never ends", async (context) => {
  const { socketPath } = await start(context, { requestSeconds: 1 });
  const socket = await open(socketPath);
  socket.write("GET /auth HTTP/1.1\r\nHost: ");
  let answer = "";
  for await (const piece of socket) answer += piece;
  assert.match(answer, /^HTTP\/1\.1 408 /);
});

test("cuts off a FastCGI request that never ends, however slowly it goes on", async (context) => {
  context.mock.timers.enable({ apis: ["setInterval"] });
  const { path } = await start(context, { requestSeconds: 1 });
  const socket = await open(path);
  const request = requestOf(paramsOf(visit));
  // A question about the authorizer itself gets an answer at once, so that all before it was read.
  socket.write(Buffer.concat([request.subarray(0, 16), getValues]));
  await once(socket, "data");
  const real = performance.now();
  const clock = context.mock.method(performance, "now", () => real + 2_000);
  context.mock.timers.tick(1_000);
  await ended(socket);
  clock.mock.restore();
});

test("closes a FastCGI connection after as many requests as it may bring", async (context) => {
  const { path } = await start(context, { requestsPerConnection: 2 });
  const answer = await exchange({ path }, Buffer.concat([kept, kept]));
  assert.equal(answer.match(/^Status: 200/gm)?.length, 2);
});

test("says which request is the last that a connection may bring", async (context) => {
  const { socketPath } = await start(context, { requestsPerConnection: 2 });
  const socket = await open(socketPath);
  socket.write(question);
  const [first] = await once(socket, "data");
  socket.write(question);
  const [second] = await once(socket, "data");
  assert.doesNotMatch(String(first), /^Connection: close\r$/im);
  assert.match(String(second), /^Connection: close\r$/im);
  socket.destroy();
});

test("a stop closes idle connections and leaves no socket behind", async (context) => {
  const { gateway, socketPath, path } = await start(context);
  const agent = new Agent({ keepAlive: true });
  context.after(() => agent.destroy());
  await new Promise<void>((resolve, reject) => {
    const headers = headersOf(visit);
    request({ socketPath, agent, path: "/auth", headers }, (response) => {
      response.resume().once("end", resolve);
    })
      .once("error", reject)
      .end();
  });
  const silent = [await open(socketPath), await open(path)];
  await gateway.stop();
  await Promise.all(silent.map(ended));
  assert.deepEqual([existsSync(socketPath), existsSync(path)], [false, false]);
});

test("whoever asks while it stops gets an answer, and the word that it was the last", async (context) => {
  const { gateway, socketPath } = await start(context);
  const socket = await open(socketPath);
  socket.write(question);
  const [first] = await once(socket, "data");
  assert.doesNotMatch(String(first), /^Connection: close\r$/im);
  const stopped = gateway.stop();
  socket.write(question);
  const [second] = await once(socket, "data");
  assert.match(String(second), /^HTTP\/1\.1 204 /);
  assert.match(String(second), /^Connection: close\r$/im);
  await stopped;
});

test("a FastCGI connection that is kept ends after the answer while it stops", async (context) => {
  const { gateway, path } = await start(context);
  const socket = await open(path);
  socket.write(kept);
  await once(socket, "data");
  const stopped = gateway.stop();
  socket.write(kept);
  let answer = "";
  for await (const piece of socket) answer += piece;
  assert.match(answer, /Status: 200/);
  await stopped;
});

test("a connection that is never done does not hold up a stop for longer than allowed", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const { gateway, socketPath, path } = await start(context, { stopSeconds: 60 });
  const half = [await open(socketPath), await open(path)];
  half[0]?.write("GET /auth HTTP/1.1\r\nHost: ");
  half[1]?.write(requestOf(paramsOf(visit)).subarray(0, 20));
  let isStopped = false;
  const stopped = gateway.stop().then(() => {
    isStopped = true;
  });
  let seconds = 0;
  for (; !isStopped; seconds += 1) {
    context.mock.timers.tick(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(seconds >= 60, `${seconds} s`);
  await Promise.all([stopped, ...half.map(ended)]);
});
