import assert from "node:assert/strict";
import { test } from "node:test";
import { type ContractSettings, testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import {
  createIssuer,
  encodeTicket,
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import { type Countersign, countersign } from "../src/node-http.ts";
import { headOf, outcomeOf, send, serve } from "./ask-over-http.ts";

testAdapter("node:http", async (context, settings) => {
  const ports = new Map<string, number>();
  for (const [host, protect] of protections(settings)) {
    const port = await serve(context, (request, response) => {
      protect(request, response, () => response.end(JSON.stringify(request.identity)));
    });
    ports.set(host, port);
  }
  const [fallback] = ports.values();
  return async (visit) => {
    const port = ports.get(visit.host.toLowerCase().replace(/:80$/, "")) ?? fallback;
    return outcomeOf(await send(port as number, headOf(visit)));
  };
});

function* protections({
  sites,
  publicKey,
  now,
}: ContractSettings): Iterable<[string, Countersign]> {
  for (const site of sites) {
    const options = { ...site, publicKey, now: () => now, trustedProxies: ["127.0.0.1"] };
    yield [new URL(site.origin).host, countersign(options)];
  }
}

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const publicKey = exportPublicPem(verificationKeyOf(key));
const bound = createIssuer(key).issue({ uid: "ada", validUntil: 200, clientAddress: "192.0.2.7" });
const cookie = `Cookie: auth_pubtkt=${encodeTicket(bound)}`;
const options = { origin: "https://app.example.com", publicKey, now: () => 100 };
const behindProxy = { ...options, trustedProxies: ["127.0.0.1"] };
const forwarded = [
  "X-Forwarded-Proto: https",
  "X-Forwarded-Host: app.example.com",
  "X-Forwarded-For: 192.0.2.7",
];

async function statusOf(
  context: Parameters<typeof serve>[0],
  protect: Countersign,
  headers: readonly string[],
): Promise<number> {
  const port = await serve(context, (request, response) => {
    protect(request, response, () => response.end("in"));
  });
  const head = ["GET / HTTP/1.1", "Host: app.example.com", "Connection: close", cookie, ...headers];
  return Number((await send(port, head)).split(" ")[1]);
}

test("believes a trusted proxy about scheme, host and address", async (context) => {
  assert.equal(await statusOf(context, countersign(behindProxy), forwarded), 200);
});

test("believes nobody else", async (context) => {
  assert.equal(await statusOf(context, countersign(options), forwarded), 400);
  const plain = countersign({ ...options, origin: "http://app.example.com" });
  assert.equal(await statusOf(context, plain, forwarded), 403);
});

test("refuses a forwarded scheme or host that is not its own", async (context) => {
  for (const header of [
    "X-Forwarded-Proto: http",
    "X-Forwarded-Proto: https, http",
    "X-Forwarded-Host: evil.example",
  ]) {
    const [name] = header.split(":");
    const headers = [...forwarded.filter((line) => !line.startsWith(`${name}:`)), header];
    assert.equal(await statusOf(context, countersign(behindProxy), headers), 400, header);
  }
});

test("takes several origins and several keys", async (context) => {
  const other = exportPublicPem(
    verificationKeyOf(importPrivateKey(generatePrivateKeyPem("ed25519"))),
  );
  const origin = ["https://other.example.com", "https://app.example.com"];
  const protect = countersign({ ...behindProxy, origin, publicKey: [other, publicKey] });
  assert.equal(await statusOf(context, protect, forwarded), 200);
});
