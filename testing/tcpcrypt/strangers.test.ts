import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Host } from "../kit/namespaces/host.ts";
import { startEnds } from "./kit/ends.ts";
import { endingOf, freshPort } from "./kit/talk.ts";

test("nobody gets at a relay but by its rules", async (t) => {
  const { a, b } = await startEnds(t);
  const ports = { 4: listeningPorts(b, "tcp"), 6: listeningPorts(b, "tcp6") };
  for (const family of [4, 6] as const) {
    // One for the dialed connections of the one worker, one for those that arrive.
    assert.equal(ports[family].length, 2);
    for (const port of ports[family]) {
      const destinations = [
        [a, b.address(family)],
        [b, b.address(family)],
        [b, family === 4 ? "127.0.0.1" : "::1"],
      ] as const;
      for (const [from, address] of destinations) {
        const { received, code } = await endingOf(from.connect({ address, port }));
        assert.deepEqual([received.length, code], [0, "ECONNREFUSED"], `${address} port ${port}`);
      }
    }
  }
});

test("connections to the host itself do not pass the relay", async (t) => {
  const { a, daemonA } = await startEnds(t);
  const watch = await daemonA.watch();
  const port = freshPort();
  await a.listen(port, (socket) => socket.end("hello"));
  for (const address of ["127.0.0.1", "::1", a.ipv4, a.ipv6]) {
    const { received } = await endingOf(a.connect({ address, port }));
    assert.equal(received.toString(), "hello", address);
  }
  assert.deepEqual(await daemonA.connections(), []);
  assert.deepEqual(watch.opened, []);
});

/**
 * The ports on which a host listens.
 *
 * ```text
 *   sl  local_address rem_address   st …
 *    0: 0100007F:1F90 00000000:0000 0A …
 * ```
 */
function listeningPorts(host: Host, table: "tcp" | "tcp6"): number[] {
  const lines = host
    .inside(() => readFileSync(`/proc/thread-self/net/${table}`, "utf8"))
    .split("\n");
  return lines.flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    return state === "0A" ? [Number.parseInt(local?.split(":")[1] ?? "", 16)] : [];
  });
}
