import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, freshPort, openTalk, say } from "./kit/talk.ts";

const openFiles = 150;
/** With two sockets for each, more than the files allow. */
const connections = 120;

for (const who of ["client", "server"] as const) {
  test(`the ${who}'s worker has no more files: what it carries stands, others end`, async (t) => {
    const ends = await startEnds(t);
    const daemon = who === "client" ? ends.daemonA : ends.daemonB;
    await daemon.stop();
    await daemon.startWithFiles(openFiles);
    const [worker] = (await daemon.status()).workers;
    const talk = await openTalk(ends.a, ends.b);
    await assertEncrypted(ends, talk);

    const outcomes = await visitAtOnce(ends.a, ends.b);
    assert.equal(outcomes.length, connections);
    assert(
      outcomes.every((outcome) => /^(answered|ECONN(RESET|REFUSED)|EHOSTUNREACH)$/.test(outcome)),
    );
    assert(outcomes.some((outcome) => outcome !== "answered"));

    await say(talk.client, talk.server, "still here");
    await assertEncrypted(ends, talk);
    assert.equal((await daemon.status()).workers[0]?.pid, worker?.pid);
    // When those have gone, there is room again.
    const isRoom = async () => (await daemon.status()).workers[0]?.counts?.open.opening === 0;
    assert(await waitUntil(isRoom, 10_000));
    await assertEncrypted(ends, await openTalk(ends.a, ends.b));
  });
}

/** Opens many connections to an echoing server: how each went. */
async function visitAtOnce(a: Host, b: Host): Promise<readonly string[]> {
  const port = freshPort();
  await b.listen(port, (socket) => void socket.pipe(socket), { backlog: connections });
  const clients = Array.from({ length: connections }, () => {
    const client = a.connect({ address: b.ipv4, port });
    client.write("hello");
    return client;
  });
  const outcomes = await Promise.all(
    clients.map(
      (client) =>
        new Promise<string>((resolve) => {
          client.once("data", () => resolve("answered"));
          client.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "unknown"));
        }),
    ),
  );
  for (const client of clients) client.destroy();
  return outcomes;
}
