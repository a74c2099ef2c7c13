import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freeLoopbackPort } from "../loopback-port.ts";

test("gives a port that a server can listen on", async (t) => {
  const port = await freeLoopbackPort();
  const server = createServer().listen(port, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  assert.ok(server.listening);
});
