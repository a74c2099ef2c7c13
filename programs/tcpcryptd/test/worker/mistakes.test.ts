import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { describeMistake } from "../../src/worker/mistakes.ts";
import { allOf } from "./joined-sockets.ts";
import { TwoHosts } from "./two-hosts.ts";

for (const which of ["client", "server"] as const) {
  test(`an exception ends its own connection and no other (${which})`, async (t) => {
    const settings = { resumption: { enabled: false } };
    const hosts = await new TwoHosts({ client: settings, server: settings }).start(t);
    const other = await hosts.open();
    const host = hosts[which];

    host.mistake = new TypeError("the peer said: hush");
    const { id } = await hosts.client.dial(hosts.server.incomingPort);
    assert.equal(await allOf(hosts.client.claim(id)), "ECONNRESET");

    const { level, what } = await host.hears("log");
    assert.equal(level, "error");
    assert.match(what, /^a mistake of ours ended a connection: TypeError at .+/);
    assert.doesNotMatch(what, /hush|\n/);
    while (true) {
      const answer = await host.ask({ ask: "counts" });
      assert.ok("counts" in answer);
      const { open, aborted } = answer.counts;
      if (open.opening === 0) {
        assert.deepEqual(aborted, { mistake: 1 });
        break;
      }
      await setImmediate();
    }
    assert.equal(
      hosts.client.told.some(({ type }) => type === "plain"),
      false,
    );
    other.opener.write("still there");
    assert.equal(String((await once(other.acceptor, "data"))[0]), "still there");
    other.opener.destroy();
  });
}

test("an exception while a connection is taken in ends only that", async (t) => {
  const hosts = await new TwoHosts().start(t);
  const other = await hosts.open();
  const { outcome } = hosts.server.eno;
  hosts.server.eno.outcome = () => {
    hosts.server.eno.outcome = outcome;
    throw Object.assign(new Error("bpf: EPERM"), { code: "EPERM" });
  };
  const { id } = await hosts.client.dial(hosts.server.incomingPort);
  assert.equal(await allOf(hosts.client.claim(id)), "ECONNRESET");
  const answer = await hosts.server.ask({ ask: "counts" });
  assert.ok("counts" in answer);
  assert.deepEqual(answer.counts.aborted, { mistake: 1 });
  assert.deepEqual(answer.counts.open, { encrypted: 1, plain: 0, opening: 0 });
  other.opener.destroy();
});

test("whatever was thrown is described in one line without its words", () => {
  for (const thrown of ["hush", undefined, new RangeError("hush\n    at hush"), { hush: 1 }]) {
    assert.match(describeMistake(thrown), /^a mistake of ours ended a connection: /);
    assert.doesNotMatch(describeMistake(thrown), /hush/);
  }
});
