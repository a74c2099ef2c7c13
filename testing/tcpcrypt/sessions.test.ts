import assert from "node:assert/strict";
import { test } from "node:test";
import { viewOf } from "./kit/daemon.ts";
import { startEnds } from "./kit/ends.ts";
import { assertEncrypted, openTalk } from "./kit/talk.ts";

test("two hosts with tcpcryptd", async (t) => {
  const ends = await startEnds(t);
  const { a, b, daemonA, daemonB } = ends;

  for (const family of [4, 6] as const) {
    await t.test(`both ends see the same session ID over IPv${family}`, async () => {
      const talk = await openTalk(a, b, { family });
      const shown = await assertEncrypted(ends, talk);
      assert.equal(shown.a.direction, "outgoing");
      assert.equal(shown.b.direction, "incoming");
      assert.equal(shown.a.tep, "curve25519");
      assert.equal(shown.b.tep, "curve25519");
      assert.equal(shown.a.aead, "aes-128-gcm");
      assert.equal(shown.b.aead, "aes-128-gcm");
      assert.deepEqual(shown.a.bytes, { sent: 4, received: 4 });
      assert.deepEqual(shown.b.bytes, { sent: 4, received: 4 });
      talk.client.destroy();
    });

    await t.test(`applications see each other's true addresses over IPv${family}`, async () => {
      const { client, server } = await openTalk(a, b, { family });
      assert.equal(viewOf(client).local.address, a.address(family));
      assert.equal(viewOf(client).remote.address, b.address(family));
      assert.equal(viewOf(server).local.address, b.address(family));
      assert.equal(viewOf(server).remote.address, a.address(family));
      client.destroy();
    });
  }

  await t.test("the server sees the address that the client's application has chosen", async () => {
    for (const [family, length, chosen] of [
      [4, 24, "192.0.2.11"],
      [6, 64, "2001:db8::11"],
    ] as const) {
      await a.must("ip", "addr", "add", `${chosen}/${length}`, "dev", "eth0");
      const talk = await openTalk(a, b, { family, localAddress: chosen });
      await assertEncrypted(ends, talk);
      assert.equal(viewOf(talk.client).local.address, chosen);
      assert.equal(viewOf(talk.server).remote.address, chosen);
      talk.client.destroy();
    }
  });

  await t.test("a fresh session ID is the TEP and 32 bytes", async () => {
    const talk = await openTalk(a, b, { family: 6 });
    const { sessionId = "" } = (await assertEncrypted(ends, talk)).a;
    assert.match(sessionId, /^23[0-9A-F]{64}$/);
    talk.client.destroy();
  });

  await t.test("either host may open the connection", async () => {
    const talk = await openTalk(b, a);
    await assertEncrypted({ daemonA: daemonB, daemonB: daemonA }, talk);
    talk.client.destroy();
  });

  await t.test("the command line says the same at both ends", async () => {
    const { client, server } = await openTalk(a, b);
    const { sessionId } = (await assertEncrypted(ends, { client, server })).a;
    const [atA, atB] = await Promise.all([
      daemonA.run("session-id", ...ofConnection(viewOf(client))),
      daemonB.run("session-id", ...ofConnection(viewOf(server))),
    ]);
    assert.equal(atA.stdout.trim(), sessionId, atA.stderr);
    assert.equal(atB.stdout.trim(), sessionId, atB.stderr);
    client.destroy();
  });

  await t.test("nobody knows a connection that does not exist", async () => {
    const { client } = await openTalk(a, b);
    const view = viewOf(client);
    const local = { ...view.local, port: view.local.port - 1 };
    assert.equal(await daemonA.session({ ...view, local }), null);
    client.destroy();
  });
});

function ofConnection({ local, remote }: ReturnType<typeof viewOf>): string[] {
  const text = ({ address, port }: typeof local) =>
    address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return [text(remote), "--local", text(local)];
}
