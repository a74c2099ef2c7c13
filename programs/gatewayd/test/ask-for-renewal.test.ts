import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createAskForRenewal } from "../src/ask-for-renewal.ts";
import { worldIn } from "./running.ts";

const question = { cookies: "auth_pubtkt=secret", clientAddress: "192.0.2.7" };

test("asks with the tickets alone, follows no redirect, and reads no body", async (context) => {
  const asked: unknown[] = [];
  const origin = await serve(context, ({ method, url, headers }, response) => {
    asked.push([method, url, headers.cookie, headers["x-forwarded-for"]]);
    response.writeHead(303, { location: "/again", "set-cookie": ["a=1", "b=2"] });
    // It never ends.
    response.write("much");
  });
  const ask = createAskForRenewal(worldIn("/", 0));
  const answer = await ask({ ...question, url: `${origin}/refresh?back=x` });
  assert.deepEqual(answer, ["a=1", "b=2"]);
  assert.deepEqual(asked, [["GET", "/refresh?back=x", "auth_pubtkt=secret", "192.0.2.7"]]);
});

test("fails when the connection breaks, and writes down where, but neither ticket nor query", async (context) => {
  const origin = await serve(context, ({ socket }) => void socket.destroy());
  const world = worldIn("/", 0);
  const asking = createAskForRenewal(world)({ ...question, url: `${origin}/refresh?back=private` });
  await assert.rejects(asking);
  const log = world.lines.join("");
  assert.ok(log.includes(origin));
  assert.match(log, /other side closed|ECONNRESET|socket hang up/);
  assert.doesNotMatch(log, /secret|private/);
});

test("fails when more headers come than anybody needs", async (context) => {
  const origin = await serve(context, (_request, response) => {
    response.writeHead(200, { "x-much": "a".repeat(100_000) }).end();
  });
  await assert.rejects(createAskForRenewal(worldIn("/", 0))({ ...question, url: origin }));
});

async function serve(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
