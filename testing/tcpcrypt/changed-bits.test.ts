import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { startRoutedEnds } from "./kit/ends.ts";
import { endingOf, freshPort, openTalk } from "./kit/talk.ts";

/** Long enough that every offset below lies within the frame. */
const words = "words that nobody but the other end may change ".repeat(4);

/** Where in a frame (RFC 8548 §4.2) the router changes one bit: 16 bits and a mask for them. */
const inFrame = {
  "a reserved bit of the control byte": "@ih,0,16 ^ 0x8000",
  "the rekey bit": "@ih,0,16 ^ 0x0100",
  "the length": "@ih,8,16 ^ 0x0001",
  "the flags": "@ih,24,16 ^ 0x0100",
  "the data": "@ih,320,16 ^ 0x0001",
};

/** And where in the key exchange. */
const inExchange = {
  "Init1's magic": ["tcp dport", "@ih,0,16 0x1510", "@ih,16,16 ^ 0x0001"],
  "Init1's ciphers": ["tcp dport", "@ih,0,16 0x1510", "@ih,72,16 ^ 0x0003"],
  "Init1's nonce": ["tcp dport", "@ih,0,16 0x1510", "@ih,160,16 ^ 0x0001"],
  "Init1's public key": ["tcp dport", "@ih,0,16 0x1510", "@ih,480,16 ^ 0x0001"],
  "Init2's magic": ["tcp sport", "@ih,0,16 0x0971", "@ih,16,16 ^ 0x0001"],
  "Init2's cipher": ["tcp sport", "@ih,0,16 0x0971", "@ih,64,16 ^ 0x0003"],
  "Init2's nonce": ["tcp sport", "@ih,0,16 0x0971", "@ih,160,16 ^ 0x0001"],
  "Init2's public key": ["tcp sport", "@ih,0,16 0x0971", "@ih,400,16 ^ 0x0001"],
} as const;

test("a router that changes one bit gets nothing delivered", async (t) => {
  const { a, b, router } = await startRoutedEnds(t, {
    a: { resumption: { enabled: false }, limits: { handshakeSeconds: 2 } },
    b: { resumption: { enabled: false }, limits: { handshakeSeconds: 2 } },
  });

  for (const [what, change] of Object.entries(inFrame)) {
    for (const direction of ["tcp dport", "tcp sport"] as const) {
      const who = direction === "tcp dport" ? "client" : "server";
      await t.test(`in ${what} of a frame of the ${who}`, async () => {
        const port = freshPort();
        const { client, server } = await openTalk(a, b, { port });
        await changeBits(router, [direction, port, "@ih,0,8 0", change]);
        const [from, to] = who === "client" ? [client, server] : [server, client];
        const ending = endingOf(to);

        from.end(words);
        const { received, ended, code } = await ending;
        assert.equal(received.length, 0);
        assert.equal(ended, false);
        assert.equal(code, "ECONNRESET");
      });
    }
  }

  for (const [what, [direction, which, change]] of Object.entries(inExchange)) {
    await t.test(`in ${what}`, async () => {
      const port = freshPort();
      await changeBits(router, [direction, port, which, change]);
      const heard: Buffer[] = [];
      await b.listen(port, (socket) => {
        socket.on("data", (bytes) => heard.push(bytes));
        socket.write("hello");
      });
      const client = a.connect({ address: b.ipv4, port });
      client.write(words);
      const { received, ended, code } = await endingOf(client);
      assert.equal(received.length, 0);
      assert.equal(ended, false);
      assert.equal(code, "ECONNRESET");
      assert.equal(Buffer.concat(heard).length, 0);
    });
  }
});

/** Makes the router flip bits in the packets to or from a port that match. */
async function changeBits(
  router: Host,
  [direction, port, which, change]: readonly [string, number, string, string],
): Promise<void> {
  const [field] = change.split(" ");
  await router.nft(`
    table inet changing {}
    delete table inet changing
    table inet changing {
      chain forward {
        type filter hook forward priority mangle;
        ${direction} ${port} ${which} ${field} set ${change}
      }
    }`);
}
