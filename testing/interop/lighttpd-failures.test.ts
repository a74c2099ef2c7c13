import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startApplication } from "../kit/application.ts";
import { fastCgiAnswer, fastCgiEnd } from "../kit/fastcgi-answer.ts";
import { startLighttpd } from "../kit/lighttpd.ts";
import { runGateway } from "../kit/programs.ts";
import { type Answer, request } from "../kit/request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { prepareGuardedSite } from "./guarded-site.ts";
import { readIdentity } from "./identity.ts";
import { assertShowsNothing } from "./outcome.ts";

const overloaded = 2;
const letIn = fastCgiAnswer("Status: 200 OK\r\nVariable-REMOTE_USER: ada\r\n\r\n");

/** What may come from gatewayd's socket that is no answer of gatewayd. */
const noAnswers: Readonly<Record<string, Uint8Array>> = {
  nothing: Buffer.alloc(0),
  "no FastCGI": Buffer.from("HTTP/1.1 200 OK\r\n\r\n"),
  "half a record": letIn.subarray(0, 20),
  "a status that is none": fastCgiAnswer("Status: OK\r\n\r\n"),
  "a head that is none": fastCgiAnswer("You are in\r\n\r\n"),
  "that it is overloaded, and a 503": fastCgiAnswer("Status: 503\r\n\r\n", overloaded),
};

for (const path of ["/admin/", "/cgi/whoami", "/application/whoami"]) {
  test(`lighttpd lets nobody in to ${path} on what is no answer of gatewayd`, async (t) => {
    for (const [what, answer] of Object.entries(noAnswers)) {
      await t.test(what, async (t) => assertUnavailable(await startSite(t, answer), path));
    }
  });
}

test("lighttpd would take FastCGI's own refusals for leave to pass", async (t) => {
  const site = await startSite(t, fastCgiEnd(overloaded));
  assert.equal((await ask(site, "/admin/")).status, 200);
});

test("lighttpd lets nobody in with more headers than gatewayd reads", async (t) => {
  const site = await prepareGuardedSite(t, "lighttpd");
  changeFile(site, "lighttpd.conf", /^server\.bind/m, "server.max-request-field-size = 65535\n$&");
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => 0 });
  await startLighttpd(t, site);
  const answer = await ask(site, "/admin/", { "x-padding": "x".repeat(60_000) });
  assert.equal(answer.status, 503, answer.body);
  assertShowsNothing(answer);
});

test("lighttpd does not wait for ever for a gatewayd that hangs, and holds up nobody else", async (t) => {
  const site = await startSite(t, undefined);
  let waiting = 20;
  const hanging = Array.from({ length: waiting }, async () => {
    await assertUnavailable(site, "/");
    waiting -= 1;
  });
  const other = await request({ port: site.port, host: "elsewhere.example.com", path: "/" });
  assert.equal(other.status, 403);
  assert.equal(waiting, 20);
  await Promise.all(hanging);
});

test("lighttpd lets nobody in when identity.lua fails", async (t) => {
  const site = await prepareGuardedSite(t, "lighttpd");
  changeFile(site, "identity.lua", /^local header/m, 'error("broken")\n$&');
  await startStandIn(t, join(site.folder, "authorizer.sock"), letIn);
  await startLighttpd(t, site);
  await assertUnavailable(site, "/admin/");
});

const waysRound: Readonly<Record<string, readonly [from: RegExp, to: string]>> = {
  "a module that stands before mod_fastcgi": [/"mod_access"/, '"mod_access", "mod_proxy"'],
  "another fastcgi.server for the same path": [
    /^ *proxy\.header/m,
    'fastcgi.server = (".php" => ((\n"socket" => "/nobody.sock")))\n$&',
  ],
};

for (const [way, [from, to]] of Object.entries(waysRound)) {
  test(`lighttpd does not ask gatewayd, as the guide says, behind ${way}`, async (t) => {
    const site = await prepareGuardedSite(t, "lighttpd");
    changeFile(site, "lighttpd.conf", from, to);
    await startApplication(t, site.folder);
    await startLighttpd(t, site);
    const answer = await ask(site, "/application/whoami", { "remote-user": "root" });
    assert.equal(answer.status, 200);
    assert.equal(readIdentity(answer.body)?.user, "");
  });
}

async function startSite(t: TestContext, answer: Uint8Array | undefined): Promise<PreparedSite> {
  const site = await prepareGuardedSite(t, "lighttpd");
  await startStandIn(t, join(site.folder, "authorizer.sock"), answer);
  await startApplication(t, site.folder);
  await startLighttpd(t, site);
  return site;
}

function ask({ port, host }: PreparedSite, path: string, headers = {}): Promise<Answer> {
  return request({ port, host: `${host}:${port}`, path, headers });
}

async function assertUnavailable(site: PreparedSite, path: string): Promise<void> {
  const answer = await ask(site, path);
  assert.ok(answer.status >= 500, `${answer.status} ${answer.body}`);
  assertShowsNothing(answer);
}
