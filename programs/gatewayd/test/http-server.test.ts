import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createGateway, createRenewer, createTrustedProxies } from "@countersign/gateway";
import { createBoundedWarnings } from "../src/bounded-warnings.ts";
import { createDecisionCounts } from "../src/decision-counts.ts";
import type { Desk } from "../src/desk.ts";
import { createHttpServer } from "../src/http-server.ts";
import { createLoad } from "../src/load.ts";
import { startGateway } from "../src/main.ts";
import { knownSites } from "../src/setup-warnings.ts";
import { get, headersOf } from "./ask-over-http.ts";
import { folderFor, settingsFrom, startFor, worldIn } from "./running.ts";
import { now, sample, visit } from "./sample.ts";

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

test("hears what a web server says after more headers than Node.js keeps by itself", async (context) => {
  const { port } = await startOnTcp(context, { limits: { headerBytes: 65_536 } });
  const junk = Array.from({ length: 1100 }, (_, index) => [`J${index}`, "1"]);
  const headers = { ...Object.fromEntries(junk), ...headersOf(visit) };
  assert.equal((await get({ port }, "/auth", headers)).status, 204);
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

/** A gateway on a unix socket, and its log. */
async function startWithLog(context: TestContext) {
  const folder = folderFor(context);
  writeFileSync(join(folder, "k.pem"), sample.publicKey);
  const socketPath = join(folder, "gateway.sock");
  const world = worldIn(folder, now);
  const keys = [{ file: "k.pem" }];
  const settings = settingsFrom({ http: [`unix:${socketPath}`], keys, sites: sample.sites });
  const gateway = await startGateway(settings, world);
  context.after(() => gateway.stop());
  return { socketPath, lines: () => world.lines.map((line) => JSON.parse(line)) };
}

test("counts and writes down once what nginx asks twice", async (context) => {
  const { socketPath, lines } = await startWithLog(context);
  const headers = headersOf({ ...visit, cookies: undefined });
  assert.equal((await get({ socketPath }, "/auth", headers)).status, 401);
  assert.equal((await get({ socketPath }, "/answer", headers)).status, 307);
  const { body } = await get({ socketPath }, "/metrics");
  assert.match(body, /^countersign_decisions_total{kind="log-in",reason="no-ticket"} 1$/m);
  assert.equal(lines().filter(({ msg }) => msg === "decided").length, 1);
});

test("warns of web servers that ask for what is no site, as they say it", async (context) => {
  const { socketPath, lines } = await startWithLog(context);
  const headers = headersOf({ ...visit, host: "wiki.example.com:28500" });
  for (const path of ["/auth", "/answer", "/check"]) await get({ socketPath }, path, headers);
  const [warning, ...others] = lines().filter(({ level }) => level >= 40);
  assert.equal(warning.asked, "http://wiki.example.com:28500");
  assert.deepEqual(warning.sites, ["http://wiki.example.com"]);
  assert.deepEqual(others, []);
});

test("a page that fails is answered with 500, and the next one with itself", async (context) => {
  const world = worldIn("/", now);
  const { limits } = settingsFrom({
    proxy: [],
    http: ["unix:x"],
    keys: [{ file: "k" }],
    sites: sample.sites,
  });
  const desk: Desk = {
    setup: {
      gateway: createGateway({ sites: [] }),
      sites: knownSites([]),
      trustedProxies: createTrustedProxies([]),
      limits,
      proxy: { at: () => new Map(), close: () => undefined },
      writesDecisions: false,
      jwks: undefined,
      sessionIds: undefined,
    },
    state: "ready",
    world,
    load: createLoad(),
    renewer: createRenewer(() => Promise.reject(new Error("nobody to ask"))),
    surplus: new WeakSet(),
    decisions: createDecisionCounts(),
    metrics: { contentType: "text/plain", page: () => Promise.reject(new Error("broken")) },
    warnings: createBoundedWarnings(world.log, world.now),
  };
  const server = createHttpServer(desk, "unix", limits).listen(0, "127.0.0.1");
  context.after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  assert.equal((await get({ port }, "/metrics")).status, 500);
  assert.match(world.lines.join(""), /broken.*could not answer/);
  assert.equal((await get({ port }, "/readyz")).status, 204);
});
