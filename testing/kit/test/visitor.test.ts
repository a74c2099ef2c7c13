import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { createVisitor } from "../visitor.ts";

test("follows redirects and pages that lead on, with the cookies it was given on the way", async (t) => {
  const origin = await serve(t, (incoming, outgoing) => {
    if (incoming.url === "/start") {
      outgoing.writeHead(302, { location: "/next", "set-cookie": "seen=yes; Path=/" }).end();
    } else if (incoming.url === "/next") {
      outgoing.end('<meta http-equiv="refresh" content="0; url=/end?a=1&amp;b=2">');
    } else {
      outgoing.end(`cookie: ${incoming.headers.cookie}`);
    }
  });
  const page = await createVisitor().open(`${origin}/start`);
  assert.equal(page.body, "cookie: seen=yes");
  assert.deepEqual(page.way, [`${origin}/start`, `${origin}/next`, `${origin}/end?a=1&b=2`]);
});

test("gives up where redirects go on for ever", async (t) => {
  const origin = await serve(
    t,
    (_, outgoing) => void outgoing.writeHead(302, { location: "/" }).end(),
  );
  await assert.rejects(createVisitor().open(origin), /too many redirects/);
});

test("sends a form with its hidden fields, and follows a link", async (t) => {
  const origin = await serve(t, async (incoming, outgoing) => {
    if (incoming.method === "GET") {
      const field = `<input type="hidden" name="back" value="?a=1&amp;b=&quot;2&quot;">`;
      const link = `<a class="button" href="/other?c=3&amp;d=4">Go on</a>`;
      outgoing.end(`${incoming.url}<form method="post" action="/send">${field}</form>${link}`);
      return;
    }
    let body = "";
    for await (const chunk of incoming) body += chunk;
    outgoing.end(`${incoming.url} ${incoming.headers.origin} ${new URLSearchParams(body)}`);
  });
  const visitor = createVisitor();
  const page = await visitor.open(`${origin}/form`);
  const sent = await visitor.submit(page, { name: "ada" });
  assert.equal(sent.body, `/send ${origin} back=%3Fa%3D1%26b%3D%222%22&name=ada`);
  assert.match((await visitor.follow(page, /^Go on$/)).body, /^\/other\?c=3&d=4</);
  await assert.rejects(async () => visitor.follow(page, /^Elsewhere$/), /no link/);
});

async function serve(
  t: TestContext,
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void | Promise<void>,
): Promise<string> {
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `http://site.localhost:${(server.address() as AddressInfo).port}`;
}
