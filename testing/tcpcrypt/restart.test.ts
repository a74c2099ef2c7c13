import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, endingOf, freshPort, openTalk } from "./kit/talk.ts";

for (const who of ["client", "server"] as const) {
  test(`the ${who}'s tcpcryptd starts again under load`, async (t) => {
    const drain = { limits: { drainSeconds: 2 } };
    const ends = await startEnds(t, { a: drain, b: drain });
    const { a, b } = ends;
    const daemon = who === "client" ? ends.daemonA : ends.daemonB;
    const port = freshPort();
    const load = await startLoad(a, b, port);
    const enough = (count: number) => waitUntil(() => load.answered() >= count, 10_000);

    assert(await enough(50));
    await daemon.stop();
    // In between, connections are plain; opportunistic means that none is refused.
    assert(await enough(load.answered() + 50), "no connections while tcpcryptd was down");
    await daemon.start();
    assert(await enough(load.answered() + 50));
    const { wrong, failures, answered } = await load.stop();
    assert.deepEqual(wrong, []);
    t.diagnostic(`${answered} connections, cut short: ${failures.length}`);
    assert.deepEqual(
      failures.filter((code) => code !== "ECONNRESET"),
      [],
    );
    // At most those that were open when their worker ended.
    assert(failures.length <= 8, `${failures.length} connections failed`);

    const talk = await openTalk(a, b);
    await assertEncrypted(ends, talk);
    talk.client.destroy();
  });
}

/** Clients that visit an echoing server, one connection after another. */
async function startLoad(a: Host, b: Host, port: number) {
  let answered = 0;
  let goOn = true;
  const failures: (string | undefined)[] = [];
  const wrong: string[] = [];
  await b.listen(port, (socket) => {
    socket.once("data", (words) => socket.end(words));
  });
  const visit = async () => {
    while (goOn) {
      const words = `visit ${answered} ${"x".repeat(2000)}`;
      const client = a.connect({ address: b.ipv4, port });
      client.write(words);
      const { received, ended, code } = await endingOf(client);
      if (received.toString() === words && ended) answered += 1;
      else if (ended) wrong.push(received.toString());
      else failures.push(code);
    }
  };
  const visits = Array.from({ length: 4 }, visit);
  return {
    answered: () => answered,
    async stop() {
      goOn = false;
      await Promise.all(visits);
      return { answered, failures, wrong };
    },
  };
}
