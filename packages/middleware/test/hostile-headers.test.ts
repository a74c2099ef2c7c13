import assert from "node:assert/strict";
import { test } from "node:test";
import { applications } from "./applications.ts";
import { listen, readAnswer, send } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const guard = {
  origin: ["http://a.example", "http://b.example"],
  publicKey,
  now: () => 100,
  trustedProxies: ["127.0.0.1"],
};
const cookie = `Cookie: ${cookieWith({ validUntil: 200, clientAddress: "192.0.2.7" })}`;
const from = "X-Forwarded-For: 192.0.2.7";
const line = "GET / HTTP/1.1";
const close = "Connection: close";

for (const [name, application] of Object.entries(applications)) {
  test(`${name} lets nobody name two hosts, of which it would read either`, async (context) => {
    const port = await listen(context, await application([guard]));
    const ask = async (...hosts: readonly string[]) => {
      const head = [line, ...hosts, from, cookie, close];
      return readAnswer(await send(port, head)).status;
    };
    assert.equal(await ask("Host: a.example"), 200);
    assert.equal(await ask("Host: a.example", "Host: b.example"), 400);
    assert.equal(await ask("Host: a.example", "host: a.example"), 400);
    const forwarded = "X-Forwarded-Host: a.example";
    assert.equal(await ask("Host: proxied", forwarded), 200);
    assert.equal(await ask("Host: a.example", "Host: b.example", forwarded), 400);
  });

  test(`${name} lets nobody push out what the proxy appends`, async (context) => {
    const port = await listen(context, await application([guard, guard]));
    const ask = async (count: number) => {
      const junk = Array.from({ length: count }, (_, index) => `J${index}: 1`);
      const head = [line, "Host: a.example", close, cookie, ...junk, from];
      return readAnswer(await send(port, head)).status;
    };
    // With those above and the connection's it is one less than Node keeps.
    assert.equal(await ask(995), 200);
    for (const count of [996, 1000, 1100]) {
      // Newer versions refuse it themselves.
      assert.ok([400, 431].includes(await ask(count)), `${count}`);
    }
  });
}
