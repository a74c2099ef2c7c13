import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import { createPair } from "../kit/namespaces/network.ts";
import { startDaemon, viewOf } from "./kit/daemon.ts";
import { freshPort, openTalk } from "./kit/talk.ts";
import { eno, packetsOf, payloadOf, sentBy } from "./kit/wire.ts";

test("only the client's host has tcpcryptd", async (t) => {
  const { a, b } = createPair(t);
  const daemon = await startDaemon(t, a);
  const capture = await startCapture(t, a, b);

  for (const family of [4, 6] as const) {
    const port = freshPort();

    await t.test(`the first connection is offered, and is plain (IPv${family})`, async () => {
      const { client, server } = await openTalk(a, b, { family, port });
      assert.equal(viewOf(server).remote.address, a.address(family));
      const shown = await daemon.session(viewOf(client));
      assert.equal(shown?.encrypted ?? false, false);
      const packets = packetsOf(await capture.packets(), port);
      assert.deepEqual(eno(sentBy(packets, a)).filter(Boolean), ["4505212423"]);
      assert.deepEqual(eno(sentBy(packets, b)).filter(Boolean), []);
      assert.equal(payloadOf(sentBy(packets, a)).toString(), "ping");
      client.destroy();
    });

    await t.test(`the next one passes the relay by (IPv${family})`, async () => {
      const before = (await capture.packets()).length;
      const { client } = await openTalk(a, b, { family, port });
      assert.equal(await daemon.session(viewOf(client)), null);
      const packets = packetsOf((await capture.packets()).slice(before), port);
      assert.deepEqual(eno(packets).filter(Boolean), []);
      client.destroy();
    });
  }
});

test("only the server's host has tcpcryptd", async (t) => {
  const { a, b } = createPair(t);
  const daemon = await startDaemon(t, b);
  const capture = await startCapture(t, a, b);

  for (const family of [4, 6] as const) {
    await t.test(`the application is reached untouched over IPv${family}`, async () => {
      const { client, server } = await openTalk(a, b, { family });
      assert.deepEqual(viewOf(server).remote, viewOf(client).local);
      assert.equal(await daemon.session(viewOf(server)), null);
      const packets = packetsOf(await capture.packets(), client.remotePort ?? 0);
      // RFC 8547 §4.6: no option for one who did not send it.
      assert.deepEqual(eno(packets).filter(Boolean), []);
      client.destroy();
    });
  }
});
