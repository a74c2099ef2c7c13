import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { waitUntil } from "../kit/wait-until.ts";
import type { Daemon } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { allowManyFiles, residentBytes } from "./kit/processes.ts";
import { freshPort, say, sessionOf } from "./kit/talk.ts";

const connections = 10_000;
const atOnce = 64;

test("10,000 idle connections cost memory only, and little of it", async (t) => {
  allowManyFiles(process.pid);
  const { a, b, daemonA, daemonB } = await startEnds(t, { a: { workers: 2 }, b: { workers: 2 } });
  const port = freshPort();
  const servers = new Map<number | undefined, Socket>();
  await b.listen(
    port,
    (socket) => {
      servers.set(socket.remotePort, socket);
      socket.write("!");
    },
    { backlog: 1024 },
  );

  const first = await openIdle(1);
  const before = [memoryOf(daemonA), memoryOf(daemonB)] as const;
  const clients = [...first, ...(await openIdle(connections - 1))];
  const after = [memoryOf(daemonA), memoryOf(daemonB)] as const;
  for (const [index, name] of ["client's", "server's"].entries()) {
    const perConnection = ((after[index] ?? 0) - (before[index] ?? 0)) / connections;
    t.diagnostic(`${(perConnection / 1024).toFixed(1)} KiB a connection in the ${name} workers`);
    assert(perConnection < 64 * 1024);
  }

  // All of them stand: the same IDs at both ends, and what is said comes through.
  assert.equal(await encryptedIn(daemonA), connections);
  assert.equal(await encryptedIn(daemonB), connections);
  for (const index of [0, 1, 4999, 9999]) {
    const client = clients[index];
    assert(client !== undefined);
    const server = servers.get(client.localPort);
    assert(server !== undefined);
    await say(client, server, "still there?");
    await say(server, client, "still here");
    const [atA, atB] = [await sessionOf(daemonA, client), await sessionOf(daemonB, server)];
    assert.equal(atA.sessionId, atB.sessionId);
  }

  for (const client of clients) client.destroy();
  const areGone = async () => (await encryptedIn(daemonA)) + (await encryptedIn(daemonB)) === 0;
  assert(await waitUntil(areGone, 20_000), "connections stay after their end");

  /** Opens connections on which the server has said one byte, so that all is settled. */
  async function openIdle(count: number): Promise<readonly Socket[]> {
    const opened: Socket[] = [];
    let left = count;
    const open = async () => {
      while (left-- > 0) {
        const client = await a.connected({ address: b.ipv4, port });

        await new Promise<void>((resolve) => {
          client.once("readable", () => {
            client.read();
            resolve();
          });
        });
        opened.push(client);
      }
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, count) }, open));
    return opened;
  }
});

function memoryOf(daemon: Daemon): number {
  return daemon.children().reduce((sum, pid) => sum + residentBytes(pid), 0);
}

async function encryptedIn(daemon: Daemon): Promise<number> {
  return (await daemon.connections()).filter(({ encrypted }) => encrypted).length;
}
