import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { cookieWith, now } from "../sample.ts";
import { ask, startApplication, startProxied } from "./proxied.ts";

const inGrace = cookieWith({ validUntil: now + 100, graceAfter: now - 1 });
const renewed = `${cookieWith({ validUntil: now + 900 })}; Path=/; HttpOnly`;

const forCaches = {
  "Cache-Control": "public, max-age=60",
  "CDN-Cache-Control": "max-age=60",
  "Surrogate-Control": "max-age=60",
  Expires: "Sat, 01 Jan 2050 00:00:00 GMT",
};

/** A login server that answers as `setCookies` says, and what it was asked. */
async function startRenewing(context: TestContext, setCookies: string[]) {
  const asked: string[] = [];
  const login = await startApplication(context, 0, ({ url, headers }, response) => {
    asked.push(`${url} ${headers.cookie} ${headers["x-forwarded-for"]}`);
    response.writeHead(303, { "Set-Cookie": setCookies, Location: "/elsewhere" }).end("x");
  });
  const refreshUrl = `http://127.0.0.1:${(login.address() as { port: number }).port}/refresh`;
  const proxied = await startProxied(
    context,
    (_request, response) => {
      response.writeHead(200, { ...forCaches, "Set-Cookie": "own=1" });
      response.end("page");
    },
    { site: { refreshUrl, renewInPlace: true } },
  );
  return { ...proxied, asked };
}

test("renews a ticket while it passes the request on", async (context) => {
  const { port, asked } = await startRenewing(context, ["other=1", renewed]);
  const { status, head, body } = await ask(port, "GET / HTTP/1.1", `Cookie: a=1; ${inGrace}`);
  assert.equal(status, 200);
  assert.match(body, /page/);
  assert.ok(head.includes(`Set-Cookie: ${renewed}\r\n`), head);
  assert.match(head, /^set-cookie: own=1\r$/im);
  assert.doesNotMatch(head, /other=1/);
  const [question, ...more] = asked;
  assert.equal(question, `/refresh?back=http%3A%2F%2Fwiki.example.com%2F ${inGrace} 127.0.0.1`);
  assert.deepEqual(more, []);
});

test("lets no cache keep an answer that brings a ticket", async (context) => {
  const { port } = await startRenewing(context, [renewed]);
  const { headers } = await ask(port, "GET / HTTP/1.1", `Cookie: ${inGrace}`);
  assert.equal(headers["cache-control"], "no-store");
  for (const name of ["cdn-cache-control", "surrogate-control", "expires"]) {
    assert.equal(headers[name], undefined, name);
  }
  const fresh = await ask(port, "GET / HTTP/1.1", `Cookie: ${cookieWith({})}`);
  assert.equal(fresh.headers["cache-control"], "public, max-age=60");
  assert.equal(fresh.headers["cdn-cache-control"], "max-age=60");
});

test("asks once for requests that come at the same time", async (context) => {
  const { port, asked } = await startRenewing(context, [renewed]);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => ask(port, "GET / HTTP/1.1", `Cookie: ${inGrace}`)),
  );
  for (const { head } of answers) assert.ok(head.includes(renewed));
  assert.equal(asked.length, 1);
});

test("lets a visitor in with the old ticket when there is no new one", async (context) => {
  const { port } = await startRenewing(context, ["auth_pubtkt=; Max-Age=0"]);
  const { status, head } = await ask(port, "GET / HTTP/1.1", `Cookie: ${inGrace}`);
  assert.equal(status, 200);
  assert.doesNotMatch(head, /auth_pubtkt/);
});

test("lets a visitor in with the old ticket while the login server is down", async (context) => {
  const { port } = await startProxied(context, (_request, response) => response.end("page"), {
    site: { refreshUrl: "http://127.0.0.1:1/refresh", renewInPlace: true },
  });
  assert.equal((await ask(port, "GET / HTTP/1.1", `Cookie: ${inGrace}`)).status, 200);
});
