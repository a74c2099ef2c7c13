import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { get, headersOf } from "./ask-over-http.ts";
import { startFor } from "./running.ts";
import { sample, visit } from "./sample.ts";

async function startOnTcp(context: TestContext, more: object = {}) {
  const listening = { http: ["127.0.0.1:0"], trustedProxies: ["127.0.0.1"], ...more };
  const gateway = await startFor(context, sample, listening);
  return { gateway, port: Number(new URL(gateway.addresses[0] ?? "").port) };
}

test("believes nothing that an unknown web server says", async (context) => {
  const { port } = await startOnTcp(context, { trustedProxies: ["192.0.2.1"] });
  assert.equal((await get({ port }, "/auth", headersOf(visit))).status, 403);
});

test("does not let in when a fact is missing", async (context) => {
  const { port } = await startOnTcp(context);
  const headers = headersOf(visit);
  for (const name of Object.keys(headers).filter((name) => /^X-(?!.*Protocol)/.test(name))) {
    const { [name]: _, ...others } = headers;
    assert.equal((await get({ port }, "/auth", others)).status, 500, name);
  }
});

test("does not let in when a fact is said twice", async (context) => {
  const { port } = await startOnTcp(context);
  for (const name of ["Host", "Scheme", "Uri"]) {
    const headers = headersOf(visit);
    const twice = {
      ...headers,
      [`X-Countersign-${name}`]: `${headers[`X-Countersign-${name}`]}, x`,
    };
    assert.notEqual((await get({ port }, "/auth", twice)).status, 204, name);
  }
});

test("says that it lives to whoever asks, and knows no other page", async (context) => {
  const { port } = await startOnTcp(context, { trustedProxies: ["192.0.2.1"] });
  assert.equal((await get({ port }, "/healthz")).status, 204);
  for (const path of ["/", "/auth/", "/auth?x", "/healthz/../auth", "/ext-authz"]) {
    assert.equal((await get({ port }, path, headersOf(visit))).status, 404, path);
  }
});

test("refuses more headers than the limit", async (context) => {
  const { port } = await startOnTcp(context, { limits: { headerBytes: 2048 } });
  const headers = { ...headersOf(visit), "X-Long": "a".repeat(2048) };
  assert.equal((await get({ port }, "/auth", headers)).status, 431);
});

test("answers many questions on one connection", async (context) => {
  const { port } = await startOnTcp(context);
  const lines = Object.entries(headersOf(visit)).map(([name, value]) => `${name}: ${value}\r\n`);
  const question = `GET /auth HTTP/1.1\r\nHost: gateway\r\n${lines.join("")}\r\n`;
  const answers = await new Promise<string>((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(question.repeat(3)));
    socket.on("data", (chunk) => {
      text += chunk;
      if (text.split("\r\n\r\n").length === 4) socket.destroy();
    });
    socket.once("close", () => resolve(text));
  });
  assert.equal(answers.match(/HTTP\/1\.1 204 /g)?.length, 3);
  assert.equal(answers.match(/^Remote-User: ada\r$/gm)?.length, 3);
  assert.equal(answers.match(/^Remote-User-Tokens: \r$/gm)?.length, 3);
});
