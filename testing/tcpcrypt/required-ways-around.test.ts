import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { createPair } from "../kit/namespaces/network.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { startDaemon } from "./kit/daemon.ts";
import { endingOf, freshPort, openTalk } from "./kit/talk.ts";

const families = [4, 6] as const;
const required = { outgoing: [{ ports: "all" as const, mode: "required" as const }], incoming: [] };
const words = "the client's words";

/** A host that must encrypt, and one that cannot. */
async function startPair(t: TestContext) {
  const { a, b } = createPair(t);
  return { a, b, daemon: await startDaemon(t, a, required) };
}

test("a peer that opens towards the port of a held SYN gets nothing in the clear", async (t) => {
  const { a, b, daemon } = await startPair(t);
  const localPort = 23_456;
  for (const family of families) {
    const port = freshPort();
    // Only the worker's SYN gets lost, so that the application's own is held.
    await b.nft(`table inet losing${family} {
      chain in {
        type filter hook input priority filter
        tcp dport ${port} tcp flags & (syn | ack) == syn tcp sport != ${localPort} drop
      }
    }`);
    const client = a.connect({ address: b.address(family), port, localPort });
    const ended = endingOf(client);
    client.write(words);
    assert(await waitUntil(async () => (await daemon.status()).hold.dials > 0, 3000));
    const heard = await heardByPeer(b, { address: a.address(family), port: localPort }, port);
    client.destroy();
    await ended;
    assert.equal(heard, "");
  }
});

test("servers of a machine whose own connections must be encrypted are as they were", async (t) => {
  const { a, b } = await startPair(t);
  for (const family of families) {
    const { client } = await openTalk(b, a, { family });
    client.destroy();
  }
});

test("a route that only some may take is none around the rules", async (t) => {
  const { a, b } = await startPair(t);
  const places = { 4: "203.0.113.9", 6: "2001:db8:77::9" } as const;
  for (const family of families) {
    const [address, port, whole] = [places[family], freshPort(), family === 4 ? 32 : 128];
    await b.must("ip", `-${family}`, "address", "add", `${address}/${whole}`, "dev", "lo");
    const via = ["via", b.address(family), "table", "77"];
    await a.must("ip", `-${family}`, "route", "add", `${address}/${whole}`, ...via);
    const user = ["uidrange", "1000-1000", "lookup", "77"];
    await a.must("ip", `-${family}`, "rule", "add", "pref", "50", ...user);
    const heard: Buffer[] = [];
    await b.listen(port, (socket) => socket.on("data", (bytes) => heard.push(bytes)));
    const say = `exec 3<>/dev/tcp/${address}/${port} && echo "${words}" >&3`;
    const asUser = ["--reuid", "1000", "--clear-groups", "bash", "-c", say];
    const { code } = await a.run("timeout", "2", "setpriv", ...asUser);
    assert.notEqual(code, 0);
    assert.equal(Buffer.concat(heard).toString(), "");
  }
});

/** What the peer hears on a connection that it opens itself, from the port that it was asked at. */
async function heardByPeer(peer: Host, to: { address: string; port: number }, localPort: number) {
  const socket = peer.connect({ ...to, localPort });
  const heard: Buffer[] = [];
  socket.on("data", (bytes) => heard.push(bytes));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await waitUntil(() => heard.length > 0 || socket.closed, 3000);
  socket.destroy();
  await closed;
  return Buffer.concat(heard).toString();
}
