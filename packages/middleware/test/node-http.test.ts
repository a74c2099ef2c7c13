import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createAssertionSigner } from "@countersign/gateway";
import {
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { type CountersignOptions, countersign } from "../src/node-http.ts";
import { readAnswer, send, serve } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const cookie = `Cookie: ${cookieWith({ validUntil: 200, clientAddress: "192.0.2.7" })}`;
const options = { origin: "https://app.example.com", publicKey, now: () => 100 };
const behindProxy = { ...options, trustedProxies: ["127.0.0.1"] };
const forwarded = [
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: app.example.com",
  "X-Forwarded-For: 192.0.2.7",
];

async function statusOf(
  context: TestContext,
  options: CountersignOptions,
  headers: readonly string[],
): Promise<number> {
  const protect = countersign(options);
  const port = await serve(context, (request, response) => {
    protect(request, response, () => response.end("in"));
  });
  const head = ["GET / HTTP/1.1", "Host: app.example.com", "Connection: close", cookie, ...headers];
  return readAnswer(await send(port, head)).status;
}

test("believes a trusted proxy about scheme, host and address", async (context) => {
  assert.equal(await statusOf(context, behindProxy, forwarded), 200);
});

test("believes nobody else", async (context) => {
  assert.equal(await statusOf(context, options, forwarded), 400);
  const plain = { ...options, origin: "http://app.example.com" };
  assert.equal(await statusOf(context, plain, forwarded), 401);
});

const notItsOwn = [
  "X-Forwarded-Proto: http",
  "X-Forwarded-Proto: https, http",
  "X-Forwarded-Proto: wss",
  "X-Forwarded-Host: evil.example",
  "X-Forwarded-Host: app.example.com, evil.example",
];

test("refuses a forwarded scheme or host that is not its own", async (context) => {
  for (const header of notItsOwn) {
    const [name] = header.split(":");
    const headers = [...forwarded.filter((line) => !line.startsWith(`${name}:`)), header];
    assert.equal(await statusOf(context, behindProxy, headers), 400, header);
  }
});

test("refuses what applications may take for a proxy's header", async (context) => {
  for (const name of ["X_Forwarded_For", "X-Forwarded_Proto", "x.forwarded.host"]) {
    assert.equal(await statusOf(context, behindProxy, [...forwarded, `${name}: x`]), 400, name);
  }
});

test("tells the application in a signed statement who its visitor is", async (context) => {
  const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
  const assertion = createAssertionSigner({ key, issuer: "https://app.example.com" });
  const protect = countersign({ ...options, origin: "http://a.example", assertion });
  const port = await serve(context, (request, response) => {
    protect(request, response, () => response.end(request.headers["x-countersign-assertion"]));
  });
  const known = `Cookie: ${cookieWith({ validUntil: 200 })}`;
  const head = ["GET / HTTP/1.1", "Host: a.example", "Connection: close", known];
  const { body } = readAnswer(await send(port, [...head, "X-Countersign-Assertion: forged"]));
  const [, claims = ""] = body.split(".");
  assert.equal(JSON.parse(Buffer.from(claims, "base64url").toString()).sub, "ada");
});

test("takes several origins and several keys", async (context) => {
  const other = exportPublicPem(
    verificationKeyOf(importPrivateKey(generatePrivateKeyPem("ed25519"))),
  );
  const origin = ["https://other.example.com", "https://app.example.com"];
  const several = { ...behindProxy, origin, publicKey: [other, publicKey] };
  assert.equal(await statusOf(context, several, forwarded), 200);
});

test("calls what comes next with nobody where that is allowed", async (context) => {
  const protect = countersign({ ...options, origin: "http://a.example", access: "optional" });
  const port = await serve(context, (request, response) => {
    protect(request, response, (identity) => response.end(identity?.user ?? "nobody"));
  });
  const head = ["GET / HTTP/1.1", "Host: a.example", "Connection: close"];
  assert.equal(readAnswer(await send(port, head)).body, "nobody");
  const known = [...head, `Cookie: ${cookieWith({ validUntil: 200 })}`];
  assert.equal(readAnswer(await send(port, known)).body, "ada");
});
