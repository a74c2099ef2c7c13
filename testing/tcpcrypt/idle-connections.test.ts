import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import type { Destination, Host } from "../kit/namespaces/host.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { accepts } from "./kit/accepts.ts";
import type { Daemon } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort, readBytes } from "./kit/talk.ts";

const connections = 10_000;
const atOnce = 64;

/** Says one byte to everybody, so that all is settled, and then what it is told. */
const server = (port: number) => `
  require("node:net")
    .createServer((socket) => {
      socket.on("error", () => {}).on("data", (words) => socket.write(words));
      socket.write("!");
    })
    .listen({ port: ${port}, backlog: 1024 });
`;

test("10,000 idle connections cost memory only, and little of it", async (t) => {
  const { a, b, daemonA, daemonB } = await startEnds(t, { a: { workers: 2 }, b: { workers: 2 } });
  // The server's side leads each client to one of its workers; one client's would be too many files.
  const addresses = Array.from({ length: 32 }, (_, client) => `192.0.2.${100 + client}`);
  for (const address of addresses)
    await a.must("ip", "addr", "add", `${address}/24`, "dev", "eth0");
  const port = freshPort();
  // A process of its own: one alone may not open as many files as both ends need.
  await b.start({
    command: process.execPath,
    args: ["-e", server(port)],
    isReady: () => accepts(b, port),
  });

  const way = (from: number) => ({
    address: b.ipv4,
    port,
    localAddress: addresses[from % addresses.length] ?? a.ipv4,
  });
  const [first] = await openIdle(a, way, 1);
  const before = [await daemonA.workersBytes(), await daemonB.workersBytes()];
  const clients = [first, ...(await openIdle(a, way, connections - 1))];
  const after = [await daemonA.workersBytes(), await daemonB.workersBytes()];
  for (const [index, name] of ["client's", "server's"].entries()) {
    const perConnection = ((after[index] ?? 0) - (before[index] ?? 0)) / connections;
    t.diagnostic(`${(perConnection / 1024).toFixed(1)} KiB a connection in the ${name} workers`);
    assert(perConnection < 64 * 1024);
  }

  const ids = await sessionIdsOf(daemonA);
  assert.equal(ids.size, connections);
  assert.deepEqual(await sessionIdsOf(daemonB), ids);
  for (const index of [0, 1, 4999, 9999]) {
    const client = clients[index];
    assert(client !== undefined);
    client.write("still there?");
    assert.equal((await readBytes(client, 12)).toString(), "still there?");
  }

  for (const client of clients) client?.destroy();
  const areGone = async () =>
    (await sessionIdsOf(daemonA)).size + (await sessionIdsOf(daemonB)).size === 0;
  assert(await waitUntil(areGone, 20_000), "connections stay after their end");
});

async function openIdle(
  host: Host,
  way: (number: number) => Destination,
  count: number,
): Promise<readonly Socket[]> {
  const opened: Socket[] = [];
  let left = count;
  const open = async () => {
    while (left-- > 0) {
      const client = await host.connected(way(left));
      assert.equal((await readBytes(client, 1)).toString(), "!");
      opened.push(client);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, open));
  return opened;
}

async function sessionIdsOf(daemon: Daemon): Promise<ReadonlySet<string>> {
  return new Set((await daemon.connections()).map(({ sessionId = "none" }) => sessionId));
}
