import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../kit/wait-until.ts";
import type { Daemon } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { openTalk, pour, soak } from "./kit/talk.ts";

const bytes = 150_000_000;
const mebibyte = 2 ** 20;

test("one that does not read slows the other down, not the memory up", async (t) => {
  const { a, b, daemonA, daemonB } = await startEnds(t);
  const { client, server } = await openTalk(a, b);

  for (const [who, from, to] of [
    ["server", server, client],
    ["client", client, server],
  ] as const) {
    await t.test(`the ${who} writes`, async (t) => {
      const before = await memoryOf(daemonA, daemonB);
      const sent = pour(from, bytes);
      // Where something below fails, the reset at the end of the test is no failure of its own.
      sent.catch(() => undefined);
      await untilItStops(from);
      // The kernels on the way buffer up to 32 MiB a socket (tcp_rmem), and the workers little.
      assert(from.bytesWritten < 96 * mebibyte, `${from.bytesWritten} bytes went somewhere`);
      const growth = (await memoryOf(daemonA, daemonB)) - before;
      t.diagnostic(`${Math.round(growth / mebibyte)} MiB more in both workers`);
      assert(growth < 128 * mebibyte);

      const received = await soak(to, bytes);
      assert.equal(received, await sent);
    });
  }
});

/** Waits until nothing more goes out. */
async function untilItStops(socket: Socket): Promise<void> {
  let last = -1;
  const hasStopped = async () => {
    if (socket.bytesWritten === last) return true;
    last = socket.bytesWritten;
    await pause(500);
    return false;
  };
  assert(await waitUntil(hasStopped, 20_000), "it never stopped");
}

async function memoryOf(...daemons: readonly Daemon[]): Promise<number> {
  const bytes = await Promise.all(daemons.map((daemon) => daemon.workersBytes()));
  return bytes.reduce((sum, more) => sum + more, 0);
}
