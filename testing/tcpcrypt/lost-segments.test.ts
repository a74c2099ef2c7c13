import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import type { Host } from "../kit/namespaces/host.ts";
import { startRoutedEnds } from "./kit/ends.ts";
import { assertEncrypted, freshPort, openTalk, pour, soak } from "./kit/talk.ts";
import { eno, packetsOf, sentBy } from "./kit/wire.ts";

/** Which packets of a connection to a port, in nft's language. */
const lost: Readonly<Record<string, (port: number) => string>> = {
  SYN: (port) => `tcp dport ${port} tcp flags & syn == syn`,
  "SYN-ACK": (port) => `tcp sport ${port} tcp flags & syn == syn`,
  "third segment": (port) => `tcp dport ${port} tcp flags & syn == 0`,
  Init1: (port) => `tcp dport ${port} @ih,0,32 0x15101a0e`,
  Init2: (port) => `tcp sport ${port} @ih,0,32 0x097105e0`,
};

test("a router between two hosts with tcpcryptd loses a segment", async (t) => {
  const ends = await startRoutedEnds(t);
  const { a, b, router } = ends;
  const capture = await startCapture(t, a, router);

  for (const [name, packets] of Object.entries(lost)) {
    await t.test(`the ${name}: it is sent again, and the connection is encrypted`, async () => {
      const port = freshPort();
      await lose(router, packets(port));
      const talk = await openTalk(a, b, { port });
      await assertEncrypted(ends, talk);
      assert.match(await router.must("nft", "list", "table", "inet", "losing"), /packets 1 /);

      const seen = packetsOf(await capture.packets(), port);
      // RFC 8547 §4.6: the option does not change when a SYN is sent again.
      const said = eno(sentBy(seen, a).filter(({ flags }) => flags.has("syn")));
      assert.equal(new Set(said).size, 1);
      assert.equal(said.length, name.startsWith("SYN") ? 2 : 1);
      talk.client.destroy();
    });
  }
});

test("a router between two hosts with tcpcryptd loses one packet in twenty", async (t) => {
  const ends = await startRoutedEnds(t);
  const { a, b, router } = ends;
  await router.nft(`table inet losing {
    chain forward {
      type filter hook forward priority mangle;
      meta l4proto tcp numgen random mod 20 == 0 counter drop
    }
  }`);
  const talks = await Promise.all(Array.from({ length: 40 }, () => openTalk(a, b)));
  for (const talk of talks) await assertEncrypted(ends, talk);
  const [one] = talks;
  assert(one !== undefined);
  const [sent, received] = await Promise.all([
    pour(one.client, 300_000),
    soak(one.server, 300_000),
  ]);
  assert.equal(received, sent);
});

/** Makes the router drop the first of these packets, once. */
async function lose(router: Host, packets: string): Promise<void> {
  await router.nft(`
    table inet losing {}
    delete table inet losing
    table inet losing {
      chain forward {
        type filter hook forward priority mangle;
        ${packets} limit rate 1/day burst 1 packets counter drop
      }
    }`);
}
