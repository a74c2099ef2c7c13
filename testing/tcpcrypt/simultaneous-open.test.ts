import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { createPair, type Pair } from "../kit/namespaces/network.ts";
import { startEnds } from "./kit/ends.ts";
import { endingOf } from "./kit/talk.ts";

const port = 7777;

test("the kernel opens a connection from both sides at once", async (t) => {
  const { a, b } = createPair(t);
  await holdBack(a, b);
  assert.deepEqual(await Promise.all(open({ a, b }).map(outcomeOf)), ["connected", "connected"]);
});

/**
 * tcpcryptd opens the true connection from a port of its own, so the two never meet: what each
 * application asks for is a port of the other that nobody listens on.
 */
test("with tcpcryptd both sides are refused", async (t) => {
  const { a, b } = await startEnds(t);
  const outcomes = await Promise.all(open({ a, b }).map(outcomeOf));
  assert.deepEqual(outcomes, ["ECONNREFUSED", "ECONNREFUSED"]);
});

function open({ a, b }: Pair) {
  return [
    a.connect({ address: b.ipv4, port, localPort: port }),
    b.connect({ address: a.ipv4, port, localPort: port }),
  ] as const;
}

/** Loses the first SYN of each, so that both have sent one before either sees the other's. */
async function holdBack(...hosts: readonly Host[]): Promise<void> {
  for (const host of hosts) {
    await host.nft(`table inet holding {
      chain in {
        type filter hook prerouting priority raw;
        tcp dport ${port} tcp flags & (syn | ack) == syn limit rate 1/day burst 1 packets drop
      }
    }`);
  }
}

function outcomeOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once("connect", () => resolve("connected"));
    void endingOf(socket).then(({ code }) => resolve(code ?? "ended"));
  });
}
