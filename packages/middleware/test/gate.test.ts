import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { CountersignOptions } from "../src/options.ts";
import { type Application, applications } from "./applications.ts";
import { listen, readAnswer, type Shown, send, serve } from "./ask-over-http.ts";
import { cookieWith, publicKey } from "./keys.ts";

const site = { origin: "http://a.example", publicKey, now: () => 100 };

/** An application behind these guards, and how to ask it with a Cookie header. */
async function start(context: TestContext, name: string, guards: readonly CountersignOptions[]) {
  const port = await listen(context, await (applications[name] as Application)(guards));
  return async (cookie: string) => {
    const head = ["GET / HTTP/1.1", "Host: a.example", "Connection: close", `Cookie: ${cookie}`];
    const { status, headers, body } = readAnswer(await send(port, head));
    return { status, headers, shown: status === 200 ? (JSON.parse(body) as Shown) : undefined };
  };
}

/** A login server that renews every ticket, once it is told to, and tells who asked. */
async function startLoginServer(context: TestContext, setCookie: string) {
  const asked: (string | undefined)[] = [];
  const port = await serve(context, ({ url, headers }, response) => {
    asked.push(`${url} ${headers.cookie} ${headers["x-forwarded-for"]}`);
    response.writeHead(303, { location: "http://a.example/", "set-cookie": ["x=y", setCookie] });
    response.end("moved");
  });
  return { refreshUrl: `http://127.0.0.1:${port}/refresh`, asked };
}

const due = cookieWith({ validUntil: 200, graceAfter: 50 });
const renewed = `${cookieWith({ validUntil: 900 })}; Path=/; HttpOnly`;

for (const name of Object.keys(applications)) {
  test(`${name} answers with a renewed ticket; 50 requests at once ask for one`, async (context) => {
    const { refreshUrl, asked } = await startLoginServer(context, renewed);
    const ask = await start(context, name, [{ ...site, refreshUrl, renewInPlace: true }]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(`a=1; ${due}`)));
    for (const { status, headers, shown } of answers) {
      assert.equal(status, 200);
      assert.equal(shown?.identity?.user, "ada");
      assert.equal(headers["set-cookie"], renewed);
      assert.equal(headers["cache-control"], "no-store");
    }
    assert.deepEqual(asked, [`/refresh?back=http%3A%2F%2Fa.example%2F ${due} 127.0.0.1`]);
  });

  test(`${name} lets in with the old ticket when there is no new one`, async (context) => {
    const { refreshUrl } = await startLoginServer(context, "auth_pubtkt=; Path=/");
    const ask = await start(context, name, [{ ...site, refreshUrl, renewInPlace: true }]);
    const { status, headers } = await ask(due);
    assert.equal(status, 200);
    assert.equal(headers["set-cookie"], undefined);
  });

  test(`${name} renews once where two guards stand in a row`, async (context) => {
    const { refreshUrl, asked } = await startLoginServer(context, renewed);
    const guard = { ...site, refreshUrl, renewInPlace: true };
    const port = await listen(context, await (applications[name] as Application)([guard, guard]));
    const head = ["GET / HTTP/1.1", "Host: a.example", "Connection: close", `Cookie: ${due}`];
    const lines = (await send(port, head)).split("\r\n");
    assert.equal(lines.filter((line) => /^set-cookie:/i.test(line)).length, 1);
    assert.equal(asked.length, 1);
  });

  test(`${name} hides the ticket from the application, and not from a second guard`, async (context) => {
    const hidden = { ...site, hideTicket: true };
    const ask = await start(context, name, [hidden, { ...hidden, anyOfTokens: ["admin"] }]);
    const admin = cookieWith({ validUntil: 200, tokens: ["admin"] });
    const { shown } = await ask(`a=1; ${admin}`);
    assert.equal(shown?.identity?.user, "ada");
    assert.equal(shown?.cookie, "a=1");
    assert.equal((await ask(cookieWith({ validUntil: 200 }))).status, 403);
  });
}

test("processes that share a key count redirects together, and others do not", async (context) => {
  const loginUrl = "http://sso.example/login";
  const counting = { ...site, loginUrl, loopKey: "k".repeat(32) };
  const [here, there, elsewhere] = await Promise.all(
    [counting, counting, { ...counting, loopKey: "x".repeat(32) }].map(async (options) =>
      listen(context, await (applications["node:http"] as Application)([options])),
    ),
  );
  const ask = async (port = 0, target: string) => {
    const head = [`GET ${target} HTTP/1.1`, "Host: a.example", "Accept: text/html"];
    const { status, headers } = readAnswer(await send(port, [...head, "Connection: close"]));
    const back = new URL(headers.location ?? "http://x").searchParams.get("back") ?? "";
    return { status, target: back.slice(site.origin.length) };
  };
  let visit = { status: 307, target: "/" };
  for (const port of [here, there, here]) visit = await ask(port, visit.target);
  assert.equal((await ask(elsewhere, visit.target)).status, 307);
  assert.equal((await ask(there, visit.target)).status, 403);
});
