import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { startRoutedEnds } from "./kit/ends.ts";
import { endingOf, freshPort, openTalk } from "./kit/talk.ts";

/** The words after which the router says that the stream has ended. */
const words = "all that was said";

test("a stream that somebody else ended is reset, and does not look finished", async (t) => {
  const { a, b, router } = await startRoutedEnds(t);

  for (const family of [4, 6] as const) {
    for (const cut of ["server's", "client's"] as const) {
      await t.test(`a FIN on the ${cut} data, without FINp (IPv${family})`, async () => {
        const port = freshPort();
        const { client, server } = await openTalk(a, b, { family, port });
        const [from, to] = cut === "server's" ? [server, client] : [client, server];
        await addFin(router, cut === "server's" ? `tcp sport ${port}` : `tcp dport ${port}`);
        const ending = endingOf(to);

        from.write(words);
        const { received, ended, code } = await ending;
        assert.equal(ended, false, "the application saw an end of file");
        assert.equal(code, "ECONNRESET");
        assert(words.startsWith(received.toString()));
      });
    }
  }
});

test("a key exchange that does not end is reset in time", async (t) => {
  const patience = { limits: { handshakeSeconds: 2, drainSeconds: 0 } };
  const { a, b, router } = await startRoutedEnds(t, { a: patience, b: patience });
  for (const init of ["0x15101a0e", "0x097105e0"]) {
    await router.nft(`
      table inet swallowing {}
      delete table inet swallowing
      table inet swallowing {
        chain forward {
          type filter hook forward priority mangle;
          @ih,0,32 ${init} drop
        }
      }`);
    const port = freshPort();
    const heard: Buffer[] = [];
    await b.listen(port, (socket) => void socket.on("data", (bytes) => heard.push(bytes)));
    const client = a.connect({ address: b.ipv4, port });
    client.write(words);
    const start = performance.now();
    const { received, ended, code } = await endingOf(client);
    const seconds = (performance.now() - start) / 1000;
    assert.equal(ended, false);
    assert.equal(code, "ECONNRESET");
    assert(seconds > 1 && seconds < 6, `after ${seconds} s`);
    assert.equal(received.length + Buffer.concat(heard).length, 0);
  }
});

/** Makes the router put a FIN on segments that begin with a frame. */
async function addFin(router: Host, direction: string): Promise<void> {
  await router.nft(`
    table inet cutting {}
    delete table inet cutting
    table inet cutting {
      chain forward {
        type filter hook forward priority mangle;
        ${direction} @ih,0,8 0 tcp flags psh,ack tcp flags set fin|psh|ack
      }
    }`);
}
