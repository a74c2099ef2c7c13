import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { consumerFolder, root, run, write } from "./consumer-folder.ts";

const folder = consumerFolder({ after });
const [oldest = "", newest = ""] = run(process.execPath, [join(root, "scripts/other-nodes.ts")])
  .trim()
  .split("\n");

write(
  folder,
  "site.ts",
  `
import { once } from "node:events";
import { get, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import {
  createIssuer, encodeTicket, exportPublicPem, generatePrivateKeyPem, importPrivateKey, verificationKeyOf,
} from "@countersign/ticket";

const key = importPrivateKey(generatePrivateKeyPem("ed25519"));
const ticket = createIssuer(key).issue({ uid: "ada", validUntil: 4_000_000_000 });

export const site = {
  origin: "http://app.example.com",
  publicKey: exportPublicPem(verificationKeyOf(key)),
};
export const cookie = "auth_pubtkt=" + encodeTicket(ticket);

/** Tells what a stranger gets, and what Ada. */
export async function tell(server: Server): Promise<void> {
  if (!server.listening) await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  for (const known of [{}, { cookie }]) {
    const headers = { host: "app.example.com", ...known };
    const [answer] = await once(get({ port, headers, agent: false }), "response");
    const body = await text(answer);
    console.log(answer.statusCode, answer.statusCode === 200 ? body : JSON.parse(body).reason);
  }
  server.close();
}
`,
);

/** A program of a user for each entry, with the one line that protects it. */
const programs: Readonly<Record<string, string>> = {
  "node-http": `
import { createServer } from "node:http";
import { countersign } from "@countersign/middleware/node-http";
import { site, tell } from "./site.ts";
const protect = countersign(site);
await tell(createServer((request, response) => {
  protect(request, response, (identity) => response.end(identity.user));
}));
`,
  express: `
import { createServer } from "node:http";
import { countersign, identityOf } from "@countersign/middleware/express";
import express from "express";
import { site, tell } from "./site.ts";
const app = express();
app.use(countersign(site));
app.get("/", (request, response) => void response.send(identityOf(request).user));
await tell(createServer(app));
`,
  fastify: `
import { countersign, identityOf } from "@countersign/middleware/fastify";
import { fastify } from "fastify";
import { site, tell } from "./site.ts";
const app = fastify();
app.addHook("onRequest", countersign(site));
app.get("/", async (request) => identityOf(request).user + (request.identity?.tokens ?? []).join());
await app.listen({ port: 0, host: "127.0.0.1" });
await tell(app.server);
await app.close();
`,
  koa: `
import { createServer } from "node:http";
import { countersign } from "@countersign/middleware/koa";
import Koa from "koa";
import { site, tell } from "./site.ts";
const app = new Koa();
app.use(countersign(site)).use((context) => {
  context.body = context.state.identity.user;
});
await tell(createServer(app.callback()));
`,
  hono: `
import { createServer } from "node:http";
import { countersign } from "@countersign/middleware/hono";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { site, tell } from "./site.ts";
const app = new Hono().use(countersign(site)).get("/", (c) => c.text(c.var.identity.user));
await tell(createServer(getRequestListener(app.fetch)));
`,
  fetch: `
import { countersign } from "@countersign/middleware/fetch";
import { cookie, site } from "./site.ts";
const clientAddress = (_request: Request, from: string) => from;
const handler = countersign({ ...site, clientAddress }, (_request, identity) => new Response(identity.user));
const stranger = await handler(new Request("http://app.example.com/"), "192.0.2.7");
console.log(stranger.status, JSON.parse(await stranger.text()).reason);
const ada = await handler(new Request("http://app.example.com/", { headers: { cookie } }), "192.0.2.7");
console.log(ada.status, await ada.text());
`,
  websocket: `
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { countersign } from "@countersign/middleware/websocket";
import { WebSocket, WebSocketServer } from "ws";
import { cookie, site } from "./site.ts";
const sockets = new WebSocketServer({ noServer: true });
const server = createServer();
server.on("upgrade", countersign(site, sockets));
sockets.on("connection", (socket, { identity }) => socket.send(identity?.user ?? ""));
await once(server.listen(0, "127.0.0.1"), "listening");
const address = "ws://127.0.0.1:" + (server.address() as AddressInfo).port;
const stranger = new WebSocket(address, { headers: { host: "app.example.com" } });
const [, answer] = await once(stranger, "unexpected-response");
console.log(answer.statusCode, "no-ticket");
const ada = new WebSocket(address, { headers: { host: "app.example.com", cookie } });
const [message] = await once(ada, "message");
console.log(200, String(message));
process.exit();
`,
};

test("a strict consumer's line for every entry compiles", () => {
  typeCheck(Object.entries(programs).map(([name, text]) => write(folder, `${name}.ts`, text)));
});

for (const node of [oldest, process.execPath, newest]) {
  const version = run(node, ["--version"]).trim();
  for (const [name, text] of Object.entries(programs)) {
    test(`the line for ${name} lets Ada in, and nobody else, on Node ${version}`, () => {
      const path = write(folder, `${name}.ts`, text);
      assert.equal(run(node, ["--no-warnings", path], folder), "401 no-ticket\n200 ada\n");
    });
  }
}

const mistakes = {
  "a misspelled option": [
    'import { countersign } from "@countersign/middleware/express";\n' +
      'import { site } from "./site.ts";\n' +
      'countersign({ ...site, anyOfToken: ["admin"] });\n',
    /mistake\.ts\(3,\d+\): error TS2561.*anyOfTokens/,
  ],
  "an identity where a ticket is optional": [
    'import { countersign } from "@countersign/middleware/hono";\n' +
      'import { Hono } from "hono";\n' +
      'import { site } from "./site.ts";\n' +
      'new Hono().use(countersign({ ...site, access: "optional" })).get("/", (c) =>\n' +
      "  c.text(c.var.identity.user),\n);\n",
    /mistake\.ts\(5,\d+\): error TS18048/,
  ],
  "an identity where preflights pass": [
    'import { countersign } from "@countersign/middleware/koa";\n' +
      'import Koa from "koa";\n' +
      'import { site } from "./site.ts";\n' +
      'new Koa().use(countersign({ ...site, preflight: "pass" })).use((context) => {\n' +
      "  context.body = context.state.identity.user;\n});\n",
    /mistake\.ts\(5,\d+\): error TS18048/,
  ],
} satisfies Record<string, [string, RegExp]>;

for (const [what, [text, message]] of Object.entries(mistakes)) {
  test(`the compiler of a strict consumer finds ${what}`, () => {
    const path = write(folder, "mistake.ts", text);
    assert.throws(() => typeCheck([path]), message);
  });
}

function typeCheck(files: readonly string[]): void {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--pretty", "false"];
  const modules = ["--module", "nodenext", "--target", "es2024", "--types", "node"];
  const extensions = ["--allowImportingTsExtensions", "--skipLibCheck"];
  const options = ["--ignoreConfig", ...strict, ...modules, ...extensions];
  run(process.execPath, [compiler, ...options, ...files], folder);
}
