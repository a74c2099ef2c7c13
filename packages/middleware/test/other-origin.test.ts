import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { applications } from "./applications.ts";
import { listen, readAnswer, send } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const corsOrigins = ["https://friend.example"];
const site = { origin: "http://a.example", publicKey, now: () => 100, corsOrigins };
const cookie = `Cookie: ${cookieWith({ validUntil: 200 })}`;

/** What a server says that has no listener for upgrades of its own, as those of frameworks. */
async function statusOf(context: TestContext, name: string, headers: readonly string[]) {
  const application = applications[name];
  assert.ok(application);
  const port = await listen(context, await application([site]));
  const head = ["GET / HTTP/1.1", "Host: a.example", "Connection: close", cookie, ...headers];
  return readAnswer(await send(port, head)).status;
}

for (const name of Object.keys(applications)) {
  test(`${name} gives no WebSocket to scripts of other sites`, async (context) => {
    const ask = (...headers: string[]) => statusOf(context, name, headers);
    assert.equal(await ask("Upgrade: websocket", "Origin: https://evil.example"), 403);
    assert.equal(await ask("Upgrade: h2c, WebSocket", "Origin: null"), 403);
    assert.equal(await ask("Upgrade: websocket", "Origin: http://a.example"), 200);
    assert.equal(await ask("Upgrade: websocket", "Origin: https://friend.example"), 200);
    assert.equal(await ask("Upgrade: websocket"), 200);
    // What it is told otherwise is CORS's affair.
    assert.equal(await ask("Origin: https://evil.example"), 200);
  });
}
