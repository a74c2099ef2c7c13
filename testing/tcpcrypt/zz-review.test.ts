import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createPair } from "../kit/namespaces/network.ts";
import { startDaemon } from "./kit/daemon.ts";
import { freshPort } from "./kit/talk.ts";

for (const family of [4, 6] as const) {
test(`simul ${family}`, async (t) => {
  const { a, b } = createPair(t);
  await startDaemon(t, a, { outgoing: [{ ports: "all", mode: "required" }], incoming: [] });
  const port = freshPort();
  const localPort = 23_456;
  await b.nft(`
    table inet x {
      chain i {
        type filter hook input priority 0
        tcp flags & (syn | ack) == syn tcp sport != ${localPort} drop
      }
    }`);
  const client = a.connect({ address: b.address(family), port, localPort });
  client.on("error", (e) => console.log("client", e.message));
  await pause(200);
  const peer = b.connect({ address: a.address(family), port: localPort, localPort: port });
  peer.on("error", (e) => console.log("peer", e.message));
  let heard = "";
  peer.on("data", (d) => (heard += d));
  client.write("PLAINTEXT SECRET");
  await Promise.race([once(peer, "data").catch(() => 0), once(client,"close"), pause(4000)]);
  console.log("HEARD", heard, client.readyState);
  assert.equal(heard, "");
});
test(`fib ${family}`, async (t) => {
  const { a, b } = createPair(t);
  await startDaemon(t, a, { outgoing: [{ ports: "all", mode: "required" }], incoming: [] });
  // b's second address, reachable by a policy route only
  const [far, len, dst] = family === 4 ? ["203.0.113.9", 32, "203.0.113.0/24"] : ["2001:db8:77::9", 128, "2001:db8:77::/64"];
  await b.must("ip", "addr", "add", `${far}/${len}`, "dev", "lo");
  await a.must("ip", family === 4 ? "-4" : "-6", "route", "add", dst, "via", b.address(family), "table", "77");
  await a.must("ip", family === 4 ? "-4" : "-6", "rule", "add", "pref", "50", "uidrange", "1000-1000", "lookup", "77");
  console.log(await a.must("ip", family === 4 ? "-4" : "-6", "route"));
  const port = freshPort();
  let heard = "";
  await b.listen(port, (s) => s.on("data", (d) => (heard += d)));
  console.log(await a.run("timeout", "3", "setpriv", "--reuid", "1000", "--clear-groups", "bash", "-c", `exec 3<>/dev/tcp/${far}/${port}; echo SECRET >&3; sleep 1`));
  console.log("HEARD", heard);
  assert.equal(heard, "");
});
}
