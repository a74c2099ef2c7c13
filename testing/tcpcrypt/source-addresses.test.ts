import assert from "node:assert/strict";
import { test } from "node:test";
import { type Daemon, viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, freshPort, openTalk } from "./kit/talk.ts";

const second = { 4: "192.0.2.77", 6: "2001:db8::77" } as const;

test("the addresses that applications use", async (t) => {
  const ends = await startEnds(t);
  const { a, b, daemonA, daemonB } = ends;
  await a.must("ip", "addr", "add", `${second[4]}/24`, "dev", "eth0");
  await a.must("ip", "addr", "add", `${second[6]}/64`, "dev", "eth0", "nodad");

  for (const family of [4, 6] as const) {
    for (const localAddress of [second[family], a.address(family)]) {
      await t.test(
        `a connection leaves from the address it was bound to: ${localAddress}`,
        async () => {
          const talk = await openTalk(a, b, { family, localAddress });
          const { a: shown } = await assertEncrypted(ends, talk);
          assert.equal(shown.local.address, localAddress);
          assert.equal(viewOf(talk.server).remote.address, localAddress);
          talk.client.destroy();
        },
      );
    }
  }

  await t.test("link-local ones are left alone", async () => {
    const shown = await b.must("ip", "-o", "addr", "show", "dev", "eth0", "scope", "link");
    const address = /fe80:[0-9a-f:]+/.exec(shown)?.[0];
    const port = freshPort();
    const peers: (string | undefined)[] = [];
    await b.listen(port, (socket) => {
      peers.push(socket.remoteAddress);
      socket.pipe(socket);
    });
    const before = await openedAt(daemonA, daemonB);
    const talk = `exec 3<>'/dev/tcp/${address}%eth0/${port}'; echo words >&3; head -n 1 <&3`;
    assert.equal(await a.must("bash", "-c", talk), "words\n");
    assert.match(peers.join(), /^fe80:/);
    assert.deepEqual(await openedAt(daemonA, daemonB), before);
  });
});

/** How many connections each has carried, in the clear or not. */
function openedAt(...daemons: readonly Daemon[]): Promise<unknown[]> {
  return Promise.all(
    daemons.map(async (daemon) => {
      const { workers } = await daemon.status();
      return workers.map(({ counts }) => counts?.opened);
    }),
  );
}
