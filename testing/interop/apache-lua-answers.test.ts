import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { sendLines } from "../kit/raw-request.ts";
import { request } from "../kit/request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { startApache } from "../kit/web-servers.ts";
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

test("Apache with mod_lua gives the visitor the whole of gatewayd's answer", async (t) => {
  const { site } = await startSite(t, refusal);
  const host = `${site.host}:${site.port}`;
  const asking = { port: site.port, host, path: "/" };
  const answer = await request(asking);
  assert.equal(answer.status, 401);
  assert.equal(answer.body, page);
  assert.deepEqual(answer.setCookies.toSorted(), [
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

  await t.test("and takes no form that nobody reads for the next request", async () => {
    const inside = `GET /nothing-here HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const next = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close`;
    const { text } = await sendLines(site.port, [
      ...["POST / HTTP/1.1", `Host: ${host}`, `Content-Length: ${inside.length}`, ""],
      inside + next,
    ]);
    assert.equal(text.match(/^HTTP\/1\.1 401/gm)?.length, 2, text);
  });
});

test("Apache with mod_lua passes on any answer but a 200", async (t) => {
  for (const status of [204, 302, 303, 307, 400, 403, 429, 500, 503]) {
    await t.test(`${status}`, async (t) => {
      const { site } = await startSite(
        t,
        `HTTP/1.1 ${status} Words\r\nX-One: 1\r\nContent-Length: 0\r\n\r\n`,
      );
      const host = `${site.host}:${site.port}`;
      const answer = await request({ port: site.port, host, path: "/admin/" });
      assert.equal(answer.status, status);
      assert.equal(answer.headers["x-one"], "1");
      assert.equal(answer.body, "");
    });
  }
});

const strangeRequest = ({ host, port }: PreparedSite) => [
  "PUT /a%20b//c?d=%20&e HTTP/1.0",
  `Host: ${host.toUpperCase()}:${port}`,
  "X-Countersign-Host: elsewhere.example.com",
  "X-Countersign-Uri: /public",
  "X_Countersign_Uri: /public",
  "X.Other: 1",
  "X-Forwarded-For: 192.0.2.7",
  "X-Forwarded-Proto: https",
  "Accept: text/html",
  "Cookie: one=1",
  "Content-Length: 0",
];

test("Apache with mod_lua asks with facts of its own, and with few of the visitor's headers", async (t) => {
  const { site, standIn } = await startSite(t, refusal);
  await sendLines(site.port, strangeRequest(site));
  assert.deepEqual(linesOf(standIn.heard[0]), [
    "GET /check HTTP/1.1",
    "Host: gatewayd",
    "X-Countersign-Method: PUT",
    "X-Countersign-Scheme: http",
    `X-Countersign-Host: ${site.host}:${site.port}`,
    "X-Countersign-Uri: /a%20b//c?d=%20&e",
    "X-Countersign-Protocol: HTTP/1.0",
    "X-Countersign-Client-Address: 127.0.0.1",
    `X-Countersign-Connection: 127.0.0.1,PORT,127.0.0.1,${site.port}`,
    "X.Other: -",
    "X_Countersign_Uri: -",
    "Cookie: one=1",
    "Accept: text/html",
    "",
    "",
  ]);
});

test("Apache with mod_lua tells of strange names even where countersign.conf forgets them", async (t) => {
  const { site, standIn } = await startSite(t, refusal, (site) =>
    changeFile(site, "countersign.conf", /^SetEnvIf .*\n/gm, ""),
  );
  await sendLines(site.port, strangeRequest(site));
  assert.match(standIn.heard[0] ?? "", /^X_Countersign_Uri: -\r$/m);
});

test("Apache with mod_lua knows the visitor's address from mod_remoteip, and the scheme from ServerName", async (t) => {
  const { site, standIn } = await startSite(t, refusal, (site) => {
    const module = "LoadModule remoteip_module /usr/lib/apache2/modules/mod_remoteip.so\n";
    const proxy = "RemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 127.0.0.1\n";
    changeFile(site, "httpd.conf", /^(?=TypesConfig)/m, module + proxy);
    changeFile(
      site,
      "httpd.conf",
      `ServerName ${site.host}:${site.port}`,
      `ServerName https://${site.host}`,
    );
  });
  const headers = { "x-forwarded-for": "192.0.2.7" };
  await request({ port: site.port, host: `${site.host}:${site.port}`, path: "/", headers });
  assert.match(standIn.heard[0] ?? "", /^X-Countersign-Client-Address: 192\.0\.2\.7\r$/m);
  assert.match(standIn.heard[0] ?? "", /^X-Countersign-Scheme: https\r$/m);
  assert.match(standIn.heard[0] ?? "", /^X-Countersign-Host: wiki\.example\.com(?::\d+)?\r$/m);
});

test("no line end gets into a question, even where Apache lets it pass", async (t) => {
  const { site, standIn } = await startSite(t, refusal, (site) =>
    changeFile(site, "httpd.conf", /^(?=TypesConfig)/m, "HttpProtocolOptions Unsafe\n"),
  );
  const host = `Host: ${site.host}:${site.port}`;
  for (const lines of [
    ["GET / HTTP/1.1", host, "Cookie: a=1\rX-Countersign-Uri: /public"],
    ["GET /\rX-Countersign-Uri:/public HTTP/1.1", host],
    ["GET / HTTP/1.1", host, "X_A\rX-Countersign-Uri: /public"],
  ]) {
    const { status } = await sendLines(site.port, [...lines, "Connection: close"]);
    assert.ok(status === 400 || status === 401, String(status));
  }
  for (const heard of standIn.heard) {
    assert.equal(heard.match(/X-Countersign-Uri/g)?.length, 1, heard);
    assert.doesNotMatch(heard.replaceAll("\r\n", ""), /[\r\n]/);
  }
});

async function startSite(
  t: TestContext,
  answer: string,
  change: (site: PreparedSite) => void = () => {},
) {
  const site = await prepareGuardedSite(t, ["apache-fcgi", "apache-lua"]);
  change(site);
  const bytes = Buffer.from(answer, "utf8");
  const standIn = await startStandIn(t, join(site.folder, "gateway.sock"), bytes);
  await startApache(t, site);
  return { site, standIn };
}

/** A question's lines; the port that the visitor's side of the connection happened to get is named. */
function linesOf(question: string | undefined): readonly string[] | undefined {
  return question?.replace(/^(X-Countersign-Connection: [^,]+,)\d+,/m, "$1PORT,").split("\r\n");
}
