import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fastCgiAnswer } from "../kit/fastcgi-answer.ts";
import { startLighttpd } from "../kit/lighttpd.ts";
import { startMirror } from "../kit/mirror.ts";
import { request } from "../kit/request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { prepareGuardedSite, startPrepared } from "./guarded-site.ts";

const page = "<!doctype html>\n<p>Größe</p>\n";
const refusal = fastCgiAnswer(
  [
    "Status: 401 Unauthorized",
    "Content-Type: text/html; charset=utf-8",
    "Cache-Control: no-store",
    'WWW-Authenticate: Countersign realm="http://wiki.example.com"',
    "Set-Cookie: one=1; Path=/; HttpOnly",
    "Set-Cookie: two=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "Access-Control-Allow-Origin: https://app.example.com",
    "Vary: Origin",
    "",
    page,
  ].join("\r\n"),
);

test("lighttpd gives the visitor the whole of gatewayd's answer", async (t) => {
  const site = await prepareGuardedSite(t, "lighttpd");
  await startStandIn(t, join(site.folder, "authorizer.sock"), refusal);
  await startLighttpd(t, site);
  const form = new URLSearchParams({ text: "x".repeat(1_000_000) });
  for (const ask of [{}, { method: "POST", body: form }]) {
    const answer = await request({ ...addressOf(site), path: "/", ...ask });
    assert.equal(answer.status, 401);
    assert.equal(answer.body, page);
    assert.deepEqual(answer.setCookies, [
      "one=1; Path=/; HttpOnly",
      "two=2; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ]);
    const { headers } = answer;
    assert.equal(headers["www-authenticate"], 'Countersign realm="http://wiki.example.com"');
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(headers["access-control-allow-origin"], "https://app.example.com");
    assert.equal(headers.vary, "Origin");
  }
});

const root = `Basic ${Buffer.from("root:root").toString("base64")}`;
const ada = `Basic ${Buffer.from("ada.lovelace:password").toString("base64")}`;

test("lighttpd gives the application a password and hides the ticket, where the policy says so", async (t) => {
  const { ask, cookieOf, mirror } = await startOpenSite(t, ["basicAuth: fake", "hideTicket: true"]);
  await ask({ authorization: root });
  assert.deepEqual(credentialsIn(mirror.headers[0]), []);
  await ask({ authorization: root, cookie: cookieOf("good") });
  assert.deepEqual(credentialsIn(mirror.headers[1]), [`authorization: ${ada}`]);
  await ask({ cookie: `theme=dark; ${cookieOf("good")}; lang=en` });
  const [authorization, cookie] = credentialsIn(mirror.headers[2]);
  assert.equal(authorization, `authorization: ${ada}`);
  assert.equal(cookie, "cookie: theme=dark; lang=en");
});

test("lighttpd leaves passwords and cookies alone where the policy says nothing of them", async (t) => {
  const { ask, cookieOf, mirror } = await startOpenSite(t, []);
  const cookie = `theme=dark; ${cookieOf("good")}`;
  await ask({ authorization: root, cookie });
  assert.deepEqual(credentialsIn(mirror.headers[0]), [
    `authorization: ${root}`,
    `cookie: ${cookie}`,
  ]);
});

test("lighttpd tells a FastCGI application in variables who its visitor is", async (t) => {
  const site = await prepareGuardedSite(t, "lighttpd");
  const socket = join(site.folder, "php.sock");
  const php = `fastcgi.server += (".php" => (("socket" => "${socket}", "check-local" => "disable")))`;
  changeFile(site, "lighttpd.conf", /$/, `${php}\n`);
  const answer = fastCgiAnswer("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\n");
  const application = await startStandIn(t, socket, answer);
  await startPrepared(t, { startServer: startLighttpd }, site);
  const ask = { ...addressOf(site), path: "/index.php" };
  assert.equal((await request(ask)).status, 401);
  assert.deepEqual(application.heard, []);
  const headers = { cookie: site.cookieOf("good"), "remote-user": "root" };
  assert.equal((await request({ ...ask, headers })).status, 200);
  // Names and values follow each other without a sign between them.
  assert.match(application.heard[0] ?? "", /REMOTE_USERada\.lovelace/);
  assert.match(application.heard[0] ?? "", /REMOTE_USER_TOKENSstaff,ops/);
  assert.match(application.heard[0] ?? "", /AUTH_TYPEmod_auth_pubtkt/);
  assert.doesNotMatch(application.heard[0] ?? "", /root(?!\/)/);
});

/** A site where a ticket is optional, with these lines of policy. */
async function startOpenSite(t: TestContext, policy: readonly string[]) {
  const site = await prepareGuardedSite(t, "lighttpd");
  const lines = ["access: optional", ...policy].map((line) => `    ${line}\n`);
  changeFile(site, "gateway.yaml", /^ {2}- origin: .*\n/m, `$&${lines.join("")}`);
  const mirror = await startMirror(t, site.folder);
  await startPrepared(t, { startServer: startLighttpd }, site);
  const ask = async (headers: Readonly<Record<string, string>>) => {
    const { status } = await request({ ...addressOf(site), path: "/application/", headers });
    assert.equal(status, 200);
  };
  return { ask, cookieOf: site.cookieOf, mirror };
}

function credentialsIn(headers: readonly string[] = []): readonly string[] {
  return headers.filter((line) => /^(?:authorization|cookie): /.test(line)).toSorted();
}

function addressOf({ port, host }: PreparedSite) {
  return { port, host: `${host}:${port}` };
}
