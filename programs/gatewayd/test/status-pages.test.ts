import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { generatePrivateKeyPem } from "@countersign/ticket";
import { startGateway } from "../src/main.ts";
import { get, headersOf } from "./ask-over-http.ts";
import { folderFor, settingsFrom, startFor, worldIn } from "./running.ts";
import { cookies, now, sample, visit } from "./sample.ts";

async function start(context: TestContext, more: object = {}) {
  const folder = folderFor(context);
  writeFileSync(join(folder, "ticket.pub.pem"), sample.publicKey);
  writeFileSync(join(folder, "assertion.pem"), generatePrivateKeyPem("ecdsa"));
  const socketPath = join(folder, "gateway.sock");
  const settings = {
    http: [`unix:${socketPath}`],
    keys: [{ file: "ticket.pub.pem" }],
    sites: sample.sites,
    ...more,
  };
  const world = worldIn(folder, now);
  // At debug level each decision is explained, which looks a ticket up twice.
  world.log.level = "info";
  const gateway = await startGateway(settingsFrom(settings), world);
  context.after(() => gateway.stop());
  return { gateway, socketPath };
}

test("tells Prometheus what was decided, how long it took and what the cache did", async (context) => {
  const { socketPath } = await start(context);
  const damaged = { ...visit, cookies: `${cookies}x` };
  for (const one of [visit, visit, visit, damaged]) {
    await get({ socketPath }, "/auth", headersOf(one));
  }
  const { status, headers, body } = await get({ socketPath }, "/metrics");
  assert.deepEqual([status, headers["cache-control"]], [200, "no-store"]);
  assert.match(headers["content-type"] ?? "", /^text\/plain; version=0\.0\.4/);
  const values = new Map(
    body.split("\n").map((line) => line.split(/ (?=[^ ]*$)/) as [string, string]),
  );
  const expected = {
    'countersign_decisions_total{kind="allow",reason=""}': "3",
    'countersign_decisions_total{kind="log-in",reason="malformed"}': "1",
    countersign_decision_seconds_count: "4",
    'countersign_decision_seconds_bucket{le="+Inf"}': "4",
    'countersign_tickets_total{outcome="cached"}': "2",
    'countersign_tickets_total{outcome="verified"}': "1",
    'countersign_tickets_total{outcome="refused"}': "1",
    countersign_cached_tickets: "1",
    countersign_connections: "1",
    'countersign_overload_total{what="request"}': "0",
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(values.get(name), value, name);
  assert.ok(values.has("process_resident_memory_bytes"));
  assert.doesNotMatch(body, /ada|wiki/);
});

test("publishes the keys of assertions where there are any", async (context) => {
  const with_ = await start(context, { assertion: { key: { file: "assertion.pem" } } });
  const { headers, body } = await get({ socketPath: with_.socketPath }, "/jwks.json");
  assert.equal(headers["content-type"], "application/jwk-set+json");
  assert.equal(JSON.parse(body).keys[0].alg, "ES256");
  const without = await start(context);
  assert.equal((await get({ socketPath: without.socketPath }, "/jwks.json")).status, 404);
});

test("shows strangers nothing but that it lives, is ready, and signs with which keys", async (context) => {
  const listening = { http: ["127.0.0.1:0"], trustedProxies: ["192.0.2.1"] };
  const { addresses } = await startFor(context, sample, listening);
  const port = Number(new URL(addresses[0] ?? "").port);
  const statuses = ["/healthz", "/readyz", "/metrics", "/jwks.json"].map(
    async (path) => (await get({ port }, path)).status,
  );
  assert.deepEqual(await Promise.all(statuses), [204, 204, 403, 404]);
});
