import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import { createPair } from "../kit/namespaces/network.ts";
import type { TcpPacket } from "../kit/namespaces/tcp-packet.ts";
import { meet, offerOf, type Outcome, startEno } from "./kit/eno.ts";
import { eno, packetsOf, sentBy } from "./kit/wire.ts";

const syn = "450623242122";
const isSyn = ({ flags }: TcpPacket) => flags.has("syn");

test("the BPF program speaks TCP-ENO", { timeout: 60_000 }, async (t) => {
  const program = startEno(t);
  const { a, b } = createPair(t);
  const capture = await startCapture(t, a, b);

  for (const family of [4, 6] as const) {
    await t.test(`agrees over IPv${family}, with options as RFC 8547 §4.6 has them`, async () => {
      const { port, client, server, close } = await meet(program, a, b, { family });
      assert.deepEqual(shown(client), { sent: "450624232122", received: "45040123", acknowledged: true });
      assert.deepEqual(shown(server), { sent: "45040123", received: syn, acknowledged: true });
      close();
      const packets = packetsOf(await capture.packets(), port);
      console.log(packets.map((p) => [p.from.port === port ? "B" : "A", [...p.flags].join(), eno([p])[0], p.payload.length]));
    });
  }
});

function shown(outcome: Outcome | undefined) {
  if (outcome === undefined) return undefined;
  const { sent, received, acknowledged } = outcome;
  return { sent: hex(sent), received: hex(received), acknowledged };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
