import assert from "node:assert/strict";
import { test } from "node:test";
import { createPair } from "../kit/namespaces/network.ts";
import { startDaemon } from "./kit/daemon.ts";
import { freshPort, readBytes, say, sessionOf } from "./kit/talk.ts";

/**
 * The man in the middle has a foot on either side: one host that says it is the server, one that
 * says it is the client. Whatever he does, he ends one key exchange on each.
 */
test("a man in the middle who ends both connections shows in the session IDs", async (t) => {
  const { a, b: falseServer } = createPair(t);
  const { a: falseClient, b } = createPair(t);
  const hosts = [a, falseServer, falseClient, b];
  const [daemonA, , , daemonB] = await Promise.all(hosts.map((host) => startDaemon(t, host)));
  assert(daemonA !== undefined && daemonB !== undefined);

  const port = freshPort();
  const heard: string[] = [];
  await falseServer.listen(port, async (fromA) => {
    const toB = await falseClient.connected({ address: b.ipv4, port });
    fromA.on("error", () => toB.destroy());
    toB.on("error", () => fromA.destroy());
    fromA.on("data", (bytes) => heard.push(String(bytes)));
    fromA.pipe(toB).pipe(fromA);
  });
  const accepted = new Promise<import("node:net").Socket>((resolve) => {
    b.listen(port, resolve);
  });

  const client = await a.connected({ address: b.ipv4, port });
  client.write("my password");
  const server = await accepted;
  assert.equal((await readBytes(server, 11)).toString(), "my password");
  await say(server, client, "welcome");

  // Both applications notice nothing, both connections are encrypted, and he has read it all.
  assert.deepEqual(heard, ["my password"]);
  const [atA, atB] = [await sessionOf(daemonA, client), await sessionOf(daemonB, server)];
  assert.equal(atA.encrypted, true);
  assert.equal(atB.encrypted, true);
  assert.deepEqual(atA.remote, { address: b.ipv4, port });
  assert.equal(atB.remote.address, a.ipv4);
  assert.deepEqual([atA.role, atB.role], ["A", "B"]);
  // But for this.
  assert.notEqual(atA.sessionId, atB.sessionId);
});
