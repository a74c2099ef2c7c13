import assert from "node:assert/strict";
import { createServer as createPlainServer, type IncomingMessage } from "node:http";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { readNodeVisit, replaceHeaders } from "../src/node-request.ts";
import { createTrustedPeers } from "../src/trusted-peers.ts";
import { listen, send, serve } from "./ask-over-http.ts";

const peers = createTrustedPeers([]);

/** What `look` makes of a request with this head. */
async function seeing<T>(
  context: TestContext,
  head: readonly string[],
  look: (request: IncomingMessage) => T,
): Promise<T | undefined> {
  let seen: T | undefined;
  const port = await serve(context, (request, response) => {
    seen = look(request);
    response.end();
  });
  await send(port, head);
  return seen;
}

const sent = [
  "GET / HTTP/1.1",
  "Host: a.example",
  "Cookie: a=1; auth_pubtkt=x",
  "cookie: b=2",
  "Remote-User: root",
  "AUTHORIZATION: Basic eA==",
  "Connection: close",
];
const replaced = ["Remote-User", "ada", "Authorization", "", "Cookie", "a=1; b=2", "X-New", "1"];

test("replaces headers in every form in which they can be read", async (context) => {
  const seen = await seeing(context, sent, (request) => {
    const { rawHeaders } = request;
    replaceHeaders(request, replaced);
    const { headers, headersDistinct } = request;
    return { headers, headersDistinct, rawHeaders, isSameList: rawHeaders === request.rawHeaders };
  });
  const others = { host: "a.example", connection: "close" };
  const now = { "remote-user": "ada", cookie: "a=1; b=2", "x-new": "1" };
  assert.deepEqual({ ...seen?.headers }, { ...others, ...now });
  const lists = Object.entries({ ...others, ...now }).map(([name, value]) => [name, [value]]);
  assert.deepEqual({ ...seen?.headersDistinct }, Object.fromEntries(lists));
  const raw = ["Host", "a.example", "Connection", "close", ...Object.entries(now).flat()];
  assert.deepEqual(seen?.rawHeaders, raw);
  assert.equal(seen?.isSameList, true);
});

test("a visit has what the client sent, whatever was replaced", async (context) => {
  const cookies = await seeing(context, sent, (request) => {
    replaceHeaders(request, ["Cookie", "a=1"]);
    replaceHeaders(request, ["Cookie", ""]);
    return readNodeVisit(request, "/", peers).headers.get("cookie");
  });
  assert.equal(cookies, "a=1; auth_pubtkt=x; b=2");
});

const hosts = {
  "GET / HTTP/1.1": "a.example",
  "GET http://a.example/page HTTP/1.1": "a.example",
  "GET HTTP://A.example HTTP/1.1": "a.example",
  "GET http://b.example/page HTTP/1.1": "",
  "GET https://a.example:443/ HTTP/1.1": "",
  "GET http://x@a.example/ HTTP/1.1": "",
};

for (const [line, host] of Object.entries(hosts)) {
  test(`${line} is for ${host === "" ? "no host, where Host says another" : host}`, async (context) => {
    const head = [line, "Host: a.example", "Connection: close"];
    const look = (request: IncomingMessage) => readNodeVisit(request, request.url ?? "", peers);
    assert.equal((await seeing(context, head, look))?.host, host);
  });
}

test("knows no host where headers may be missing", async (context) => {
  const seen = new Map<string, string>();
  const server = createPlainServer((request, response) => {
    seen.set(request.url ?? "", readNodeVisit(request, "/", peers).host);
    response.end();
  });
  const port = await listen(context, server);
  for (const [most, sent] of [
    [0, 1100],
    [50, 49],
    [50, 50],
    [50, 90],
  ] as const) {
    server.maxHeadersCount = most;
    const junk = Array.from({ length: sent - 2 }, (_, index) => `J${index}: 1`);
    const line = `GET /${most}/${sent} HTTP/1.1`;
    await send(port, [line, ...junk, "Host: a.example", "Connection: close"]);
  }
  assert.equal(seen.get("/0/1100"), "a.example");
  assert.equal(seen.get("/50/49"), "a.example");
  assert.equal(seen.get("/50/50"), "");
  // Newer versions refuse it themselves.
  assert.equal(seen.get("/50/90") ?? "", "");
});

test("counts what the client sent, not what was put in place of it", async (context) => {
  const junk = Array.from({ length: 990 }, (_, index) => `J${index}: 1`);
  const host = await seeing(context, [...sent, ...junk], (request) => {
    replaceHeaders(
      request,
      Array.from({ length: 40 }, (_, index) => `X-${index}`),
    );
    return readNodeVisit(request, "/", peers).host;
  });
  assert.equal(host, "a.example");
});

const authorities = {
  "a.example": "a.example",
  "A.example.:80": "a.example",
  "b.example": "",
  "a.example, b.example": "",
  "": "",
};

for (const [host, expected] of Object.entries(authorities)) {
  test(`:authority a.example with host "${host}" is for ${expected || "no host"}`, () => {
    const headers = { ":authority": "a.example", host };
    const socket = { remoteAddress: "192.0.2.7" };
    const rawHeaders = Object.entries(headers).flat();
    const request = { method: "GET", httpVersion: "2.0", socket, headers, rawHeaders };
    const visit = readNodeVisit(request as unknown as IncomingMessage, "/", peers);
    assert.equal(visit.host, expected);
  });
}

test("knows no host where only the URL names one, since frameworks do not read it", async (context) => {
  const head = ["GET http://a.example/ HTTP/1.0"];
  const look = (request: IncomingMessage) => readNodeVisit(request, request.url ?? "", peers);
  assert.equal((await seeing(context, head, look))?.host, "");
});

test("reads requests of HTTP/2, and replaces their headers", async (context) => {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    const incoming = request as unknown as IncomingMessage;
    replaceHeaders(incoming, ["Cookie", "", "Remote-User", "ada"]);
    const visit = readNodeVisit(incoming, request.url, peers);
    const { host, httpVersion, scheme, clientAddress } = visit;
    seen.push({ host, httpVersion, scheme, clientAddress }, visit.headers.get("cookie"));
    seen.push(request.headers.cookie, request.headers["remote-user"]);
    seen.push(request.rawHeaders.includes("cookie"));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const client = connect(`http://127.0.0.1:${port}`);
  const stream = client.request({ ":path": "/page", ":authority": "a.example", cookie: "a=1" });
  await new Promise((resolve) => stream.resume().on("end", resolve));
  await new Promise<void>((resolve) => client.close(resolve));
  const facts = {
    host: "a.example",
    httpVersion: "1.1",
    scheme: "http",
    clientAddress: "127.0.0.1",
  };
  assert.deepEqual(seen, [facts, "a=1", undefined, "ada", false]);
});
