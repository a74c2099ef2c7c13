import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type TestContext, test } from "node:test";
import { recordType, writeRecord } from "@countersign/fastcgi";
import { exchange, paramsOf, requestOf } from "./ask-over-fastcgi.ts";
import { folderFor, startFor } from "./running.ts";
import { cookieWith, now, sample, visit } from "./sample.ts";

const due = { ...visit, cookies: cookieWith({ graceAfter: now - 1 }) };
const renewed = `${cookieWith({ validUntil: now + 900 })}; Path=/`;

test("a ticket that is due is renewed before the answer goes out, and no cache may keep that", async (context) => {
  const { path, loginServer } = await start(context);
  const answer = exchange({ path }, requestOf(paramsOf(due)));
  (await loginServer.asked()).answer();
  const head = (await answer).split("\r\n");
  assert.equal(head[0], "Status: 200");
  assert.ok(head.includes(`Set-Cookie: ${renewed}`));
  assert.ok(head.includes("Cache-Control: no-store"));
  assert.ok(head.includes("Variable-REMOTE_USER: ada"));
});

test("other questions are answered while a login server thinks", async (context) => {
  const { path, loginServer } = await start(context);
  const waiting = exchange({ path }, requestOf(paramsOf(due)));
  const { answer } = await loginServer.asked();
  const others = await exchange({ path }, requestOf(paramsOf(visit)));
  assert.match(others, /^Status: 200\r\n/);
  assert.doesNotMatch(others, /Set-Cookie/);
  answer();
  assert.match(await waiting, /Set-Cookie/);
});

test("a web server that takes its question back, or goes, gets no answer to it", async (context) => {
  const { path, loginServer } = await start(context);
  const abort = writeRecord({
    type: recordType.ABORT_REQUEST,
    requestId: 1,
    content: new Uint8Array(0),
  });
  const taken = exchange({ path }, Buffer.concat([requestOf(paramsOf(due)), abort]));
  const { answer } = await loginServer.asked();
  assert.doesNotMatch(await taken, /Status: 200|Set-Cookie/);
  const gone = connect({ path }, () => gone.write(requestOf(paramsOf(due))));
  await once(gone, "connect");
  gone.destroy();
  answer();
  assert.match(await exchange({ path }, requestOf(paramsOf(due))), /Set-Cookie/);
});

/** gatewayd that renews in place, and a login server that answers when it is told to. */
async function start(context: TestContext) {
  const { promise, resolve } = Promise.withResolvers<{ answer(): void }>();
  const server = createServer((_request, response) => {
    resolve({ answer: () => response.writeHead(303, { "set-cookie": renewed }).end() });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const refreshUrl = `http://127.0.0.1:${port}/refresh`;
  const path = `${folderFor(context)}/authorizer.sock`;
  const sites = sample.sites.map((site) => ({ ...site, refreshUrl, renewInPlace: true }));
  await startFor(context, { ...sample, sites }, { fastcgi: [`unix:${path}`] });
  return { path, loginServer: { asked: () => promise } };
}
