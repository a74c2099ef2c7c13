import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { request } from "../request.ts";

test("sends the target, the name and repeated fields as they are, and reads every cookie", async (t) => {
  const server = createServer((incoming, outgoing) => {
    outgoing.setHeader("set-cookie", ["a=1", "b=2"]).writeHead(418);
    outgoing.end(JSON.stringify([incoming.method, incoming.url, incoming.rawHeaders]));
  });
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const answer = await request({
    port: (server.address() as AddressInfo).port,
    host: "wiki.example.com",
    method: "POST",
    path: "//a/../b?c=%2F",
    headers: { "x-mark": ["one", "two"] },
    body: new URLSearchParams({ name: "ada" }),
  });
  assert.equal(answer.status, 418);
  assert.deepEqual(answer.setCookies, ["a=1", "b=2"]);
  const [method, target, fields] = JSON.parse(answer.body) as [string, string, string[]];
  assert.equal(`${method} ${target}`, "POST //a/../b?c=%2F");
  assert.equal(fields[fields.indexOf("host") + 1], "wiki.example.com");
  assert.equal(fields.filter((field) => field === "x-mark").length, 2);
});
