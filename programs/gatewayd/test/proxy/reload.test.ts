import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { settingsFrom } from "../running.ts";
import { cookies, sample } from "../sample.ts";
import { ask, startApplication, startProxied } from "./proxied.ts";

const [site] = sample.sites;

function settingsWith(proxy: object) {
  const entry = { listen: "127.0.0.1:0", site: site?.origin, upstream: "unix:app.sock", ...proxy };
  return settingsFrom({ keys: [{ file: "ticket.pub.pem" }], sites: [site], proxy: [entry] });
}

test("drops no request while it is reloaded", async (context) => {
  const { port, gateway } = await startProxied(context, (_request, response) => {
    setImmediate(() => response.end("page"));
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  context.after(() => agent.destroy());
  const bodies: Promise<string>[] = [];
  for (let round = 0; round < 10; round += 1) {
    for (let count = 0; count < 20; count += 1) bodies.push(get(port, agent));
    await gateway.reload(settingsWith({ idleSeconds: 100 + round }));
  }
  for (const body of await Promise.all(bodies)) assert.equal(body, "page");
});

test("goes to another application from the next request on", async (context) => {
  const { port, gateway, folder } = await startProxied(context, (_request, response) => {
    response.end("old");
  });
  await startApplication(context, join(folder, "new.sock"), (_request, response) => {
    response.end("new");
  });
  const visit = async () => (await ask(port, "GET / HTTP/1.1", `Cookie: ${cookies}`)).body;
  assert.match(await visit(), /old/);
  await gateway.reload(settingsWith({ upstream: "unix:new.sock" }));
  assert.match(await visit(), /new/);
});

function get(port: number, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { host: "wiki.example.com", cookie: cookies };
    request({ port, agent, headers }, (response) => {
      resolve(text(response));
    })
      .once("error", reject)
      .end();
  });
}
