import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../kit/wait-until.ts";
import { viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort, say } from "./kit/talk.ts";

test("a later connection between the same ends, in the clear, has no session ID", async (t) => {
  const { a, b, daemonA, daemonB } = await startEnds(t);
  // What lasts minutes, for the kernel to forget the first connection soon.
  await b.sysctl({ "net.ipv4.tcp_fin_timeout": 1 });
  for (const state of ["fin_wait", "close_wait", "last_ack", "time_wait", "close", "established"]) {
    await b.sysctl({ [`net.netfilter.nf_conntrack_tcp_timeout_${state}`]: 1 });
  }
  const accepted: Socket[] = [];
  const port = freshPort();
  await b.listen(port, (socket) => accepted.push(socket));

  const client = await a.connected({ address: b.ipv4, port, allowHalfOpen: true });
  await waitUntil(() => accepted.length === 1, 3000);
  const first = accepted[0];
  assert(first !== undefined);
  await say(client, first, "ping");
  const view = viewOf(first);
  assert.equal((await daemonB.session(view))?.encrypted, true);
  // The server's application is done; the client's side stays, or somebody plays it.
  first.destroy();
  client.resume();
  await once(client, "end");
  await a.nft(`table inet quiet {
    chain out {
      type filter hook output priority filter
      ip daddr ${b.ipv4} tcp dport ${port} tcp flags & (rst | fin) != 0 drop
    }
  }`);
  daemonA.signal("SIGKILL");
  await pause(4000);
  await a.nft("delete table inet quiet");

  const again = await a.connected({ address: b.ipv4, port, localPort: view.remote.port });
  await waitUntil(() => accepted.length === 2, 3000);
  const second = accepted[1];
  assert(second !== undefined);
  await say(again, second, "ping");
  assert.deepEqual(viewOf(second), view);
  assert.equal(await daemonB.session(view), null);
});
