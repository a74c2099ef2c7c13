import assert from "node:assert/strict";
import type { OutgoingHttpHeaders } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startHaproxy } from "../kit/haproxy.ts";
import { startMirror } from "../kit/mirror.ts";
import { sendLines } from "../kit/raw-request.ts";
import { request } from "../kit/request.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { prepareGuardedSite } from "./guarded-site.ts";

const page = "<!doctype html>\n<p>Größe</p>\n";
const refusal = [
  "HTTP/1.1 401 Unauthorized",
  "Content-Type: text/html; charset=utf-8",
  "Cache-Control: no-store",
  'WWW-Authenticate: Countersign realm="http://wiki.example.com"',
  'WWW-Authenticate: Basic realm="wiki"',
  "Set-Cookie: one=1; Path=/; HttpOnly",
  "Set-Cookie: two=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  "Access-Control-Allow-Origin: https://app.example.com",
  "Vary: Origin",
  "Location: https://sso.example.com/login?back=%2F",
  "Connection: close",
  `Content-Length: ${Buffer.byteLength(page)}`,
  "",
  page,
].join("\r\n");

test("HAProxy gives the visitor the whole of gatewayd's answer", async (t) => {
  const { site } = await startSite(t, refusal);
  const asking = { port: site.port, host: `${site.host}:${site.port}`, path: "/" };
  const answer = await request(asking);
  assert.equal(answer.status, 401);
  assert.equal(answer.body, page);
  assert.deepEqual(answer.setCookies, [
    "one=1; Path=/; HttpOnly",
    "two=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  ]);
  const { headers } = answer;
  const realms = 'Countersign realm="http://wiki.example.com", Basic realm="wiki"';
  assert.equal(headers["www-authenticate"], realms);
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["content-type"], "text/html; charset=utf-8");
  assert.equal(headers["access-control-allow-origin"], "https://app.example.com");
  assert.equal(headers.vary, "Origin");
  assert.equal(headers.location, "https://sso.example.com/login?back=%2F");

  await t.test("without its body to HEAD", async () => {
    const head = await request({ ...asking, method: "HEAD" });
    assert.equal(head.status, 401);
    assert.equal(head.body, "");
  });

  await t.test("to a form that nobody reads", async () => {
    const form = new URLSearchParams({ text: "x".repeat(1_000_000) });
    const answer = await request({ ...asking, method: "POST", body: form });
    assert.equal(answer.status, 401);
    assert.equal(answer.body, page);
  });
});

test("HAProxy passes on any answer but a 200", async (t) => {
  for (const status of [204, 302, 303, 307, 400, 403, 429, 500, 503]) {
    await t.test(`${status}`, async (t) => {
      const { site, mirror } = await startSite(t, `HTTP/1.1 ${status} Words\r\nX-One: 1\r\n\r\n`);
      const host = `${site.host}:${site.port}`;
      const answer = await request({ port: site.port, host, path: "/" });
      assert.equal(answer.status, status);
      assert.equal(answer.headers["x-one"], "1");
      assert.deepEqual(mirror.headers, []);
    });
  }
});

const allowed = [
  "HTTP/1.1 200 OK",
  "Remote-User: ada",
  "X-Groups: staff,ops",
  "X-Data: ",
  "Authorization: ",
  "Cookie: theme=dark",
  "Cache-Control: no-store",
  "Content-Length: 0",
  "Connection: close",
  "",
  "",
].join("\r\n");

test("HAProxy tells the application what gatewayd says, by whatever names, and nothing else", async (t) => {
  const { site, mirror } = await startSite(t, allowed);
  const headers: OutgoingHttpHeaders = {
    cookie: "auth_pubtkt=x; theme=dark",
    authorization: "Basic cm9vdDpyb290",
    "remote-user": ["root", "root"],
    "X.Groups": "admin",
    "X-Data": "forged",
    "X!Data": "forged",
    "x-forwarded-for": "192.0.2.7",
    "x-forwarded-user": "root",
    X_Other: "kept",
    "cache-control": "max-age=0",
    connection: "close, X-Groups",
  };
  const host = `${site.host}:${site.port}`;
  assert.equal((await request({ port: site.port, host, path: "/", headers })).status, 200);
  assert.deepEqual(
    mirror.headers[0]?.toSorted(),
    [
      `host: ${host}`,
      "cookie: theme=dark",
      "remote-user: ada",
      "x-groups: staff,ops",
      "x-forwarded-for: 127.0.0.1",
      "x-forwarded-proto: http",
      `x-forwarded-host: ${host}`,
      "x_other: kept",
      "cache-control: max-age=0",
    ].toSorted(),
  );
});

test("HAProxy asks with facts of its own, and with few of the visitor's headers", async (t) => {
  const { site, standIn } = await startSite(t, refusal);
  await sendLines(site.port, [
    "PUT /a%2Fb//c?d=%20&e HTTP/1.0",
    `Host: ${site.host.toUpperCase()}:${site.port}`,
    "X-Countersign-Host: elsewhere.example.com",
    "X-Countersign-Uri: /public",
    "X_Countersign_Uri: /public",
    "X-Forwarded-For: 192.0.2.7",
    "X-Forwarded-Proto: https",
    "Accept: text/html",
    "Cookie: one=1",
    "Cookie: two=2",
    "Content-Length: 0",
  ]);
  assert.deepEqual(linesOf(standIn.heard[0]), [
    "GET /check HTTP/1.0",
    "Host: gatewayd",
    "X-Countersign-Method: PUT",
    "X-Countersign-Scheme: http",
    `X-Countersign-Host: ${site.host}:${site.port}`,
    "X-Countersign-Uri: /a%2Fb//c?d=%20&e",
    "X-Countersign-Protocol: HTTP/1.0",
    "X-Countersign-Client-Address: 127.0.0.1",
    `X-Countersign-Connection: 127.0.0.1,PORT,127.0.0.1,${site.port}`,
    "cookie: one=1; two=2",
    "accept: text/html",
    "x_countersign_uri: -",
    "",
    "",
  ]);
});

test("HAProxy gives the application the target that gatewayd judged", async (t) => {
  const { site, standIn, mirror } = await startSite(t, allowed);
  const host = `${site.host}:${site.port}`;
  for (const target of ["/a%2Fb//../c?d=%20&e", `http://${host}/a%2Fb//../c?d=%20&e`]) {
    const lines = [`GET ${target} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
    assert.equal((await sendLines(site.port, lines)).status, 200);
    assert.match(standIn.heard.at(-1) ?? "", /^X-Countersign-Uri: \/a%2Fb\/\/\.\.\/c\?d=%20&e\r$/m);
    assert.equal(mirror.targets.at(-1), "/a%2Fb//../c?d=%20&e");
  }
});

test("HAProxy refuses what asks for no path, without asking", async (t) => {
  const { site, standIn, mirror } = await startSite(t, allowed);
  const host = `${site.host}:${site.port}`;
  for (const line of ["OPTIONS * HTTP/1.1", `CONNECT ${host} HTTP/1.1`]) {
    const answer = await sendLines(site.port, [line, `Host: ${host}`, "Connection: close"]);
    assert.equal(answer.status, 400, answer.text);
  }
  assert.deepEqual(standIn.heard, []);
  assert.deepEqual(mirror.targets, []);
});

async function startSite(t: TestContext, answer: string) {
  const site = await prepareGuardedSite(t, "haproxy");
  const bytes = Buffer.from(answer, "utf8");
  const standIn = await startStandIn(t, join(site.folder, "gateway.sock"), bytes);
  const mirror = await startMirror(t, site.folder);
  await startHaproxy(t, site);
  return { site, standIn, mirror };
}

/** A question's lines; the port that the visitor's side of the connection happened to get is named. */
function linesOf(question: string | undefined): readonly string[] | undefined {
  return question?.replace(/^(X-Countersign-Connection: [^,]+,)\d+,/m, "$1PORT,").split("\r\n");
}
