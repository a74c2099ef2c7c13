import assert from "node:assert/strict";
import { test } from "node:test";
import { startCapture } from "../kit/namespaces/capture.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { startEnds } from "./kit/ends.ts";
import { freshPort } from "./kit/talk.ts";
import { webServers } from "./kit/web-servers.ts";
import { packetsOf, payloadOf } from "./kit/wire.ts";

const page = `<p>${"a page that nobody on the way can read ".repeat(2000)}</p>\n`;

test("curl and web servers that know nothing of tcpcrypt", async (t) => {
  const ends = await startEnds(t);
  const { a, b } = ends;
  const capture = await startCapture(t, a, b);
  const [watchA, watchB] = [await ends.daemonA.watch(), await ends.daemonB.watch()];

  for (const server of webServers) {
    const port = freshPort();
    await server.start(t, b, port, page);

    for (const family of [4, 6] as const) {
      await t.test(`${server.name} over IPv${family}`, async () => {
        const seen = watchA.opened.length;
        const address = family === 4 ? b.ipv4 : `[${b.ipv6}]`;
        const { stdout, stderr } = await a.run("curl", "-sS", `http://${address}:${port}/`);
        assert.equal(stdout, page, stderr);

        const isTold = () => watchA.opened.length > seen && watchB.opened.length > seen;
        assert(await waitUntil(isTold, 5000), "the daemons did not tell of the connection");
        const [atA, atB] = [watchA.opened[seen], watchB.opened[seen]];
        assert.match(atA?.sessionId ?? "", /^[0-9A-F]{66}$/);
        assert.equal(atA?.sessionId, atB?.sessionId);
        assert.deepEqual([atA?.role, atB?.role], ["A", "B"]);
        assert.deepEqual(atA?.remote, { address: b.address(family), port });
        assert.equal(atB?.remote.address, a.address(family));

        const wire = payloadOf(packetsOf(await capture.packets(), port));
        assert(wire.length > page.length);
        for (const word of ["nobody on the way", "HTTP/1.1", "GET /"]) {
          assert.equal(wire.includes(word), false, `"${word}" on the wire`);
        }
      });
    }
  }
  watchA.stop();
  watchB.stop();
});
