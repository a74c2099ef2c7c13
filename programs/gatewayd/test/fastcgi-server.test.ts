import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import {
  RecordReader,
  recordType,
  writeNameValues,
  writeRecord,
  writeRefusal,
} from "@countersign/fastcgi";
import { exchange, outcomeOf, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { folderFor, settingsFrom, startFor } from "./running.ts";
import { sample, visit } from "./sample.ts";

async function startOnSocket(context: TestContext, more: object = {}): Promise<{ path: string }> {
  const path = `${folderFor(context)}/authorizer.sock`;
  await startFor(context, sample, { fastcgi: [`unix:${path}`], ...more });
  return { path };
}

test("believes nothing that an unknown web server says", async (context) => {
  const listening = { fastcgi: ["127.0.0.1:0"], trustedProxies: ["192.0.2.1"] };
  const { addresses } = await startFor(context, sample, listening);
  const port = Number(addresses[0]?.split(":").at(-1));
  const request = requestOf(paramsOf(visit));
  const answer = await exchange({ host: "127.0.0.1", port }, request).catch(() => "");
  assert.equal(answer, "");
});

test("believes a web server no longer than the settings do, be its connection open", async (context) => {
  const listening = { fastcgi: ["127.0.0.1:0"], trustedProxies: ["127.0.0.1"] };
  const gateway = await startFor(context, sample, listening);
  const settings = { ...listening, keys: [{ file: "ticket.pub.pem" }], sites: sample.sites };
  const request = Buffer.from(requestOf(paramsOf(visit)));
  request[10] = 1; // The flag to keep the connection, after a header of 8 bytes and the role.
  const port = Number(gateway.addresses[0]?.split(":").at(-1));
  const socket = connect(port, "127.0.0.1", () => socket.write(request));
  await once(socket, "data");
  await gateway.reload(settingsFrom({ ...settings, trustedProxies: ["192.0.2.1"] }));
  const ended = new Promise((resolve) => {
    for (const event of ["data", "error", "close"]) socket.once(event, () => resolve(event));
  });
  socket.write(request);
  assert.notEqual(await ended, "data");
  socket.destroy();
});

test("does not let in when a fact is missing", async (context) => {
  const where = await startOnSocket(context);
  const params = paramsOf(visit);
  params.delete("REQUEST_URI");
  const outcome = outcomeOf(await exchange(where, requestOf(params)));
  assert.ok(outcome.kind === "answered");
  assert.deepEqual([outcome.status, outcome.headers["cache-control"]], [500, "no-store"]);
});

test("closes on a peer that does not speak FastCGI", async (context) => {
  const where = await startOnSocket(context);
  assert.equal(await exchange(where, Buffer.from("GET / HTTP/1.1\r\n\r\n")), "");
});

test("does not let in when parameters are repeated or cut", async (context) => {
  const where = await startOnSocket(context);
  const request = requestOf(new Map());
  const params = writeNameValues(paramsOf(visit));
  for (const content of [Buffer.concat([params, params]), params.subarray(0, -1)]) {
    const bytes = Buffer.concat([
      request.subarray(0, 16),
      writeRecord({ type: recordType.PARAMS, requestId: 1, content }),
      request.subarray(-8),
    ]);
    assert.equal(await exchange(where, bytes), "");
  }
});

test("refuses parameters longer than the limit", async (context) => {
  const where = await startOnSocket(context, { limits: { headerBytes: 1024 } });
  const params = paramsOf({ ...visit, cookies: `${visit.cookies}; long=${"a".repeat(2048)}` });
  assert.match(await exchange(where, requestOf(params)), /^Status: 503 /);
});

test("answers several requests at a time on a connection that is kept", async (context) => {
  const where = await startOnSocket(context);
  const begin = Uint8Array.of(0, 2, 1, 0, 0, 0, 0, 0);
  const content = writeNameValues(paramsOf(visit));
  const nothing = new Uint8Array(0);
  const ids = [3, 1, 2];
  const bytes = Buffer.concat([
    ...ids.map((requestId) =>
      writeRecord({ type: recordType.BEGIN_REQUEST, requestId, content: begin }),
    ),
    ...ids.map((requestId) => writeRecord({ type: recordType.PARAMS, requestId, content })),
    ...ids.map((requestId) =>
      writeRecord({ type: recordType.PARAMS, requestId, content: nothing }),
    ),
  ]);
  const reader = new RecordReader();
  const ended: number[] = [];
  const socket: Socket = connect(where, () => socket.write(bytes));
  await new Promise<void>((resolve) => {
    socket.on("data", (piece) => {
      for (const { type, requestId } of reader.read(piece)) {
        if (type === recordType.END_REQUEST) ended.push(requestId);
      }
      if (ended.length === 3) socket.destroy();
    });
    socket.once("close", () => resolve());
  });
  assert.deepEqual(ended, ids);
});

test("refuses to be a responder", async (context) => {
  const where = await startOnSocket(context);
  const begin = Uint8Array.of(0, 1, 0, 0, 0, 0, 0, 0);
  const bytes = writeRecord({ type: recordType.BEGIN_REQUEST, requestId: 1, content: begin });
  const received: Buffer[] = [];
  const socket: Socket = connect(where, () => socket.write(bytes));
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  assert.deepEqual(Buffer.concat(received), Buffer.from(writeRefusal(1, "unknown-role")));
});
