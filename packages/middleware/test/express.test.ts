import assert from "node:assert/strict";
import { test } from "node:test";
import { testAdapter } from "@countersign/testing/kit/adapter-contract.ts";
import {
  exportPublicPem,
  generatePrivateKeyPem,
  importPrivateKey,
  verificationKeyOf,
} from "@countersign/ticket";
import express from "express";
import { countersign } from "../src/express.ts";
import { headOf, outcomeOf, send, serve } from "./ask-over-http.ts";

testAdapter("Express", async (context, { sites, publicKey, now }) => {
  const ports = new Map<string, number>();
  for (const site of sites) {
    const app = express();
    app.use(countersign({ ...site, publicKey, now: () => now, trustedProxies: ["127.0.0.1"] }));
    app.use((request, response) => {
      response.json(request.identity);
    });
    ports.set(new URL(site.origin).host, await serve(context, app));
  }
  const [fallback] = ports.values();
  return async (visit) => {
    const port = ports.get(visit.host.toLowerCase().replace(/:80$/, "")) ?? fallback;
    return outcomeOf(await send(port as number, headOf(visit)));
  };
});

test("sends back to the whole path when it is mounted at a part of it", async (context) => {
  const publicKey = exportPublicPem(
    verificationKeyOf(importPrivateKey(generatePrivateKeyPem("ed25519"))),
  );
  const app = express();
  app.use(
    "/app",
    countersign({ origin: "http://a.example", publicKey, loginUrl: "https://sso/login" }),
  );
  const port = await serve(context, app);
  const head = ["GET /app/page?x HTTP/1.1", "Host: a.example", "Connection: close"];
  const outcome = outcomeOf(await send(port, head));
  const location = `https://sso/login?back=${encodeURIComponent("http://a.example/app/page?x")}`;
  assert.deepEqual(outcome, {
    kind: "sent",
    status: 307,
    location,
    cacheControl: "no-store",
  });
});
