import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { createPair } from "../kit/namespaces/network.ts";
import { waitUntil } from "../kit/wait-until.ts";

/** Makes a network with a program in it, says so, and waits. */
const script = `
  const { createPair } = await import(${JSON.stringify(import.meta.resolve("../kit/namespaces/network.ts"))});
  const { a } = createPair({ after() {} });
  await a.start({ command: "sleep", args: ["1000"], isReady: async () => true });
  process.stdout.write(a.path);
  setInterval(() => {}, 1000);
`;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`a test that is ended by ${signal} leaves no namespace`, async () => {
    const { child, path } = await startOther();
    child.kill(signal);
    await once(child, "close");
    assert.equal(existsSync(path), false);
  });
}

test("what a killed test leaves is removed by the next one, and nothing else", async (t) => {
  const killed = await startOther();
  const living = await startOther();
  t.after(() => living.child.kill("SIGTERM"));
  killed.child.kill("SIGKILL");
  await once(killed.child, "close");
  assert(existsSync(killed.path));

  const { a, b } = createPair(t);
  assert.equal(existsSync(killed.path), false);
  for (const path of [living.path, a.path, b.path]) assert(existsSync(path));
});

test("a network is gone when its test is over", async (t) => {
  let path = "";
  await t.test("a test with a network", async (t) => {
    const { a, b } = createPair(t);
    path = a.path;
    await b.listen(80, (socket) => socket.end());
    const client = await a.connected({ address: b.ipv4, port: 80 });
    await once(client.resume(), "close");
    assert(existsSync(path));
  });
  assert.equal(existsSync(path), false);
});

test("only what is done inside() is on the host", async (t) => {
  const { a } = createPair(t);
  const here = readlinkSync("/proc/self/ns/net");
  assert.notEqual(
    a.inside(() => readlinkSync("/proc/self/ns/net")),
    here,
  );
  assert.throws(() => a.inside(() => assert.fail("as it must")), /as it must/);
  assert.equal(readlinkSync("/proc/self/ns/net"), here);
});

async function startOther() {
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });
  let path = "";
  child.stdout.on("data", (chunk) => {
    path += String(chunk);
  });
  assert(await waitUntil(() => path !== "", 10_000), "the other process made no network");
  return { child, path };
}
