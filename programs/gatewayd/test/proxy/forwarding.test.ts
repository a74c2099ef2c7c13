import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pairs } from "../../src/proxy/hop-by-hop.ts";
import { cookies, cookieWith } from "../sample.ts";
import { ask, echoHeaders, type RawAnswer, sendRaw, startProxied } from "./proxied.ts";

const cookie = `Cookie: a=1; ${cookies}; b=2`;

/** What the application saw, by names in lower case; repetitions are joined with ` | `. */
function seenBy({ status, body }: RawAnswer): Readonly<Record<string, string>> {
  assert.equal(status, 200, body);
  const seen: Record<string, string> = {};
  for (const [name, value] of pairs(JSON.parse(body))) {
    const key = name.toLowerCase();
    seen[key] = key in seen ? `${seen[key]} | ${value}` : value;
  }
  return seen;
}

test("lets nobody tell the application who they are, in any case of letters", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  const forged = ["Remote-User", "REMOTE-USER", "rEMOTE-uSER-tOKENS", "Auth-Type"];
  const spoofed = forged.map((name) => `${name}: root`);
  const seen = seenBy(await ask(port, "GET / HTTP/1.1", cookie, ...spoofed));
  assert.equal(seen["remote-user"], "ada");
  assert.equal(seen["remote-user-tokens"], "");
  assert.equal(seen["remote-user-data"], "");
  assert.equal(seen["auth-type"], "mod_auth_pubtkt");
});

test("refuses names that an application may read as one of ours", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  for (const name of ["Remote_User", "remote.user", "REMOTE_USER.TOKENS", "X_Forwarded_For"]) {
    assert.equal((await ask(port, "GET / HTTP/1.1", cookie, `${name}: root`)).status, 400);
  }
});

test("lets nobody take the identity out again by naming it in Connection", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  const named = "Connection: Remote-User, remote-user-tokens, X-Forwarded-For, Host, X-Mine";
  const seen = seenBy(await ask(port, "GET / HTTP/1.1", cookie, named, "X-Mine: 1"));
  assert.equal(seen["remote-user"], "ada");
  assert.equal(seen["remote-user-tokens"], "");
  assert.equal(seen.host, "wiki.example.com");
  assert.ok(seen["x-forwarded-for"] !== undefined);
  assert.equal(seen["x-mine"], undefined);
});

test("says anew how the visitor came, and passes nothing on that only proxies say", async (context) => {
  const { port } = await startProxied(context, echoHeaders, {
    more: { trustedProxies: ["127.0.0.1"] },
  });
  const families = ["Forwarded", "X-Forwarded-Prefix", "X-Forwarded-User", "X-Real-IP"];
  const others = ["X-Original-URL", "X-Rewrite-URL", "X-Countersign-Uri", "X-Forwarded-Port"];
  const forged = [...families, ...others].map((name) => `${name}: /admin`);
  const way = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http"];
  const seen = seenBy(await ask(port, "GET / HTTP/1.1", cookie, ...forged, ...way));
  for (const name of [...families, ...others]) assert.equal(seen[name.toLowerCase()], undefined);
  assert.equal(seen["x-forwarded-for"], "203.0.113.9");
  assert.equal(seen["x-forwarded-proto"], "http");
  assert.equal(seen["x-forwarded-host"], "wiki.example.com");
});

test("believes nobody about how they came whom it does not trust", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  const forged = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Host: evil.example"];
  const seen = seenBy(
    await ask(port, "GET / HTTP/1.1", cookie, ...forged, "X-Forwarded-Proto: https"),
  );
  assert.equal(seen["x-forwarded-for"], "127.0.0.1");
  assert.equal(seen["x-forwarded-proto"], "http");
  assert.equal(seen["x-forwarded-host"], "wiki.example.com");
});

test("passes on everything else as it came", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  const own = ["X-Request-ID: é1", "Accept: a", "Accept: b", "Authorization: Bearer x"];
  const answer = await ask(port, "GET / HTTP/1.1", cookie, ...own);
  const seen = seenBy(answer);
  assert.equal(seen.cookie, `a=1; ${cookies}; b=2`);
  assert.equal(seen.accept, "a | b");
  assert.equal(seen.authorization, "Bearer x");
  assert.match(answer.body, /"X-Request-ID"/);
});

test("hides the ticket wherever it came", async (context) => {
  const site = { hideTicket: true, ticketHeaders: ["X-Ticket", "Cookie"] };
  const { port } = await startProxied(context, echoHeaders, { site });
  const ticket = cookieWith({}).replace("auth_pubtkt=", "");
  const header = `X-Ticket: ${ticket}`;
  const seen = seenBy(await ask(port, "GET / HTTP/1.1", header, cookie));
  assert.equal(seen["remote-user"], "ada");
  assert.equal(seen["x-ticket"], undefined);
  assert.equal(seen.cookie, "a=1; b=2");
});

test("passes on no name that some server may read as one of ours", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  const names = ["Remote!User", "Remote~User-Tokens", "X*Forwarded-For", "X-Forwarded+Proto"];
  const { body } = await ask(
    port,
    "GET / HTTP/1.1",
    cookie,
    ...names.map((name) => `${name}: root`),
  );
  assert.doesNotMatch(body, /root/);
});

test("refuses requests that say twice what the decision rests on", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  for (const name of ["Host", "Origin", "Authorization", "X-Forwarded-Proto"]) {
    const twice = [`${name}: wiki.example.com`, `${name.toUpperCase()}: wiki.example.com`];
    const { status } = await ask(port, "GET / HTTP/1.1", cookie, ...twice);
    assert.equal(status, 400, name);
  }
});

test("believes whoever opens a unix socket, and refuses who does not say who came", async (context) => {
  const { folder } = await startProxied(context, echoHeaders, {
    proxy: { listen: "unix:proxy.sock" },
  });
  const lines = ["GET / HTTP/1.1", "Host: x", "X-Forwarded-Host: wiki.example.com", cookie];
  const way = ["X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http", "Connection: close"];
  const send = (...lines: readonly string[]) =>
    sendRaw(join(folder, "proxy.sock"), `${lines.join("\r\n")}\r\n\r\n`);
  const seen = seenBy(await send(...lines, ...way));
  assert.equal(seen["remote-user"], "ada");
  assert.equal(seen["x-forwarded-for"], "203.0.113.9");
  assert.equal(seen.host, "wiki.example.com");
  assert.equal((await send(...lines, "Connection: close")).status, 400);
});

test("sends the application its own name where that is wanted", async (context) => {
  const { port } = await startProxied(context, echoHeaders, { proxy: { preserveHost: false } });
  const seen = seenBy(await ask(port, "GET / HTTP/1.1", cookie));
  assert.equal(seen.host, "localhost");
  assert.equal(seen["x-forwarded-host"], "wiki.example.com");
});

test("gives the visitor the application's answer, less what belongs to its connection", async (context) => {
  const { port } = await startProxied(context, (_request, response) => {
    response.writeHead(418, "Short and stout", [
      ...["Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-Own", "1", "Connection", "X-Once"],
      ...["X-Once", "1", "Keep-Alive", "timeout=9", "Content-Length", "2"],
    ]);
    response.end("ok");
  });
  const answer = await ask(port, "GET / HTTP/1.1", cookie);
  assert.equal(answer.status, 418);
  assert.equal(answer.body, "ok");
  assert.equal(answer.headers["x-own"], "1");
  assert.equal(answer.headers["set-cookie"], "b=2");
  assert.equal(answer.headers["x-once"], undefined);
  assert.equal(answer.headers["keep-alive"], undefined);
});

test("passes methods, targets and empty answers on as they are", async (context) => {
  const { port } = await startProxied(context, ({ method, url }, response) => {
    response.writeHead(method === "DELETE" ? 204 : 200, { "X-Asked": `${method} ${url}` });
    response.end();
  });
  for (const line of ["HEAD /a%3Fb?c=%2F", "DELETE /x//y", "PROPFIND /", "POST /?a;b"]) {
    const { status, headers } = await ask(port, `${line} HTTP/1.1`, cookie);
    assert.equal(headers["x-asked"], line);
    assert.equal(status, line.startsWith("DELETE") ? 204 : 200);
  }
});

test("names the site in one spelling, whatever the visitor's", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  const head = ["GET / HTTP/1.1", "Host: WIKI.example.com.:80", cookie, "Connection: close"];
  const seen = seenBy(await sendRaw(port, `${head.join("\r\n")}\r\n\r\n`));
  assert.equal(seen.host, "wiki.example.com");
  assert.equal(seen["x-forwarded-host"], "wiki.example.com");
});

test("lets nobody have their own request shown, with what was added to it", async (context) => {
  const { port } = await startProxied(context, () => assert.fail());
  const { status, headers } = await ask(port, "TRACE / HTTP/1.1", cookie);
  assert.equal(status, 405);
  assert.match(headers.allow ?? "", /^GET, /);
});

test("refuses more headers than applications take, which might drop those that it adds", async (context) => {
  const { port } = await startProxied(context, echoHeaders);
  const junk = Array.from({ length: 1100 }, (_, index) => `J${index}: 1`);
  // With Host, Connection and Cookie.
  assert.equal((await ask(port, "GET / HTTP/1.1", cookie, ...junk.slice(0, 496))).status, 200);
  for (const most of [497, 600, 1100]) {
    const { status } = await ask(port, "GET / HTTP/1.1", cookie, ...junk.slice(0, most));
    // Newer versions of Node.js refuse them themselves.
    assert.ok([400, 431].includes(status), `${most}: ${status}`);
  }
});
