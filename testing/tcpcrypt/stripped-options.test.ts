import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { viewOf } from "./kit/daemon.ts";
import { startRoutedEnds } from "./kit/ends.ts";
import { assertEncrypted, endingOf, freshPort, openTalk } from "./kit/talk.ts";

const syn = "tcp flags & (syn | ack) == syn";
const synAck = "tcp flags & (syn | ack) == (syn | ack)";
const notSyn = "tcp flags & syn == 0";

test("a router between two hosts with tcpcryptd removes options", async (t) => {
  const ends = await startRoutedEnds(t);
  const { a, b, router, daemonA } = ends;

  await t.test("without its doing, connections are encrypted", async () => {
    for (const family of [4, 6] as const) {
      const talk = await openTalk(a, b, { family });
      await assertEncrypted(ends, talk);
      talk.client.destroy();
    }
  });

  for (const [what, packets] of [
    ["the SYN", syn],
    ["the SYN-ACK", synAck],
  ] as const) {
    for (const family of [4, 6] as const) {
      await t.test(`removed from ${what}: plain TCP over IPv${family}`, async () => {
        await remove(router, packets);
        const { client, server } = await openTalk(a, b, { family });
        const shown = await daemonA.session(viewOf(client));
        assert.equal(shown?.encrypted ?? false, false);
        assert.equal(viewOf(server).remote.address, a.address(family));
        client.destroy();
      });
    }
  }

  for (const family of [4, 6] as const) {
    await t.test(`removed from other segments only: reset, then plain (IPv${family})`, async () => {
      await remove(router, notSyn);
      const known = (await daemonA.status()).plainDestinations;
      const port = freshPort();
      // The server's side goes on in plain TCP, so its application takes Init1 for words.
      await b.listen(port, (socket) => void socket.pipe(socket));
      const client = await a.connected({ address: b.address(family), port });
      client.write("ping");
      const { received, ended, code } = await endingOf(client);
      assert.equal(code, "ECONNRESET");
      assert.equal(ended, false);
      assert.equal(received.length, 0);

      assert(await waitUntil(async () => (await daemonA.status()).plainDestinations > known, 5000));
      const again = await a.connected({ address: b.address(family), port });
      again.write("ping");
      const [words] = await once(again, "data");
      assert.equal(String(words), "ping");
      assert.equal(await daemonA.session(viewOf(again)), null);
      again.destroy();
    });
  }
});

/** Makes the router remove the ENO option from these packets, and from no others. */
async function remove(router: Host, packets: string): Promise<void> {
  await router.nft(`
    table inet stripping {}
    delete table inet stripping
    table inet stripping {
      chain forward {
        type filter hook forward priority mangle;
        ${packets} reset tcp option 69
      }
    }`);
}
