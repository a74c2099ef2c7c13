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
const secret = "words that must not be seen";

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
  for (const family of [4, 4, 6, 6] as const) await assertRefused(t, a, b, family);
});

test("a server that must encrypt hears nothing of a client that cannot", async (t) => {
  const { a, b } = createPair(t);
  await startDaemon(t, b, incoming);
  for (const family of [4, 6] as const) await assertRefused(t, a, b, family);
});

for (const [what, packets] of Object.entries({
  "the SYN": "tcp flags & (syn | ack) == syn",
  "the SYN-ACK": "tcp flags & (syn | ack) == (syn | ack)",
  "other segments": "tcp flags & syn == 0",
})) {
  for (const [who, mine] of Object.entries({ client: { a: outgoing }, server: { b: incoming } })) {
    test(`a ${who} that must encrypt, and a router that removes the option from ${what}`, async (t) => {
      const { a, b, router } = createRouted(t);
      const plan: { a?: typeof outgoing; b?: typeof incoming } = mine;
      await Promise.all([startDaemon(t, a, plan.a), startDaemon(t, b, plan.b)]);
      await router.nft(`table inet stripping {
        chain forward {
          type filter hook forward priority mangle;
          ${packets} reset tcp option 69
        }
      }`);
      for (const family of [4, 6] as const) await assertRefused(t, a, b, family);
    });
  }
}

/** The application gets no connection, or none that lasts; and the words are not on the wire. */
async function assertRefused(owner: Owner, a: Host, b: Host, family: 4 | 6): Promise<void> {
  const capture = await startCapture(owner, a, b);
  const port = freshPort();
  const heard: Buffer[] = [];
  await b.listen(port, (socket) => {
    socket.on("error", () => {}).on("data", (bytes) => heard.push(bytes));
    socket.write(secret);
  });
  const client = a.connect({ address: b.address(family), port });
  client.write(secret);
  const { received, ended, code } = await endingOf(client);
  assert.match(code ?? "", /^(ECONNRESET|ECONNREFUSED)$/);
  assert.equal(ended, false);
  assert.equal(received.length, 0);
  const wire = payloadOf(packetsOf(await capture.packets(), port));
  assert.equal(wire.includes(secret), false, "plaintext on the wire");
  assert.equal(Buffer.concat(heard).includes(secret), false);
  await capture.stop();
}
