import assert from "node:assert/strict";
import { test } from "node:test";
import type { Owner } from "../kit/cleanup.ts";
import { startCapture } from "../kit/namespaces/capture.ts";
import type { Host } from "../kit/namespaces/host.ts";
import { createPair, createRouted } from "../kit/namespaces/network.ts";
import { startDaemon } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, endingOf, freshPort, openTalk } from "./kit/talk.ts";
import { packetsOf, payloadOf } from "./kit/wire.ts";

const outgoing = { outgoing: [{ ports: "all" as const, mode: "required" as const }] };
const incoming = { incoming: [{ ports: "all" as const, mode: "required" as const }] };
/** What either application says first; only of the one who must encrypt it may not be seen. */
const words = { client: "the client's words", server: "the server's words" };

test("what must be encrypted is, where both can", async (t) => {
  const ends = await startEnds(t, { a: outgoing, b: incoming });
  for (const family of [4, 6] as const) {
    const talk = await openTalk(ends.a, ends.b, { family });
    await assertEncrypted(ends, talk);
    talk.client.destroy();
  }
});

test("a client that must encrypt says nothing to a server that cannot", async (t) => {
  const { a, b } = createPair(t);
  await startDaemon(t, a, outgoing);
  // Twice: what was learnt from the first must not open the way for the second.
  for (const family of [4, 4, 6, 6] as const) await assertRefused(t, "client", a, b, family);
});

test("a server that must encrypt hears nothing of a client that cannot", async (t) => {
  const { a, b } = createPair(t);
  await startDaemon(t, b, incoming);
  for (const family of [4, 6] as const) await assertRefused(t, "server", a, b, family);
});

for (const who of ["client", "server"] as const) {
  test(`a ${who} that must encrypt, and a router that removes the option`, async (t) => {
    const { a, b, router } = createRouted(t);
    await Promise.all([
      startDaemon(t, a, who === "client" ? outgoing : {}),
      startDaemon(t, b, who === "server" ? incoming : {}),
    ]);
    for (const [what, packets] of Object.entries({
      "the SYN": "tcp flags & (syn | ack) == syn",
      "the SYN-ACK": "tcp flags & (syn | ack) == (syn | ack)",
      "other segments": "tcp flags & syn == 0",
    })) {
      await t.test(`from ${what}`, async (t) => {
        await router.nft(`
          table inet stripping {}
          delete table inet stripping
          table inet stripping {
            chain forward {
              type filter hook forward priority mangle;
              ${packets} reset tcp option 69
            }
          }`);
        for (const family of [4, 6] as const) await assertRefused(t, who, a, b, family);
      });
    }
  });
}

/** The application gets no connection, or none that lasts; and its words are not on the wire. */
async function assertRefused(
  owner: Owner,
  who: "client" | "server",
  a: Host,
  b: Host,
  family: 4 | 6,
): Promise<void> {
  const capture = await startCapture(owner, a, b);
  const port = freshPort();
  const heard: Buffer[] = [];
  await b.listen(port, (socket) => {
    socket.on("data", (bytes) => heard.push(bytes));
    socket.write(words.server);
  });
  const client = a.connect({ address: b.address(family), port });
  client.write(words.client);
  const { received, ended, code } = await endingOf(client);
  assert.match(code ?? "", /^(ECONNRESET|ECONNREFUSED)$/);
  assert.equal(ended, false);
  assert.equal(received.length, 0);
  assert.equal(Buffer.concat(heard).includes(words.client), false);
  const wire = payloadOf(packetsOf(await capture.packets(), port));
  assert.equal(wire.includes(words[who]), false, "plaintext on the wire");
  await capture.stop();
}
