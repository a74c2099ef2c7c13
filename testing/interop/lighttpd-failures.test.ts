import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  recordType,
  writeEndRequest,
  writeRecord,
  writeRefusal,
  writeResponse,
} from "@countersign/fastcgi";
import { startApplication } from "../kit/application.ts";
import { startLighttpd } from "../kit/lighttpd.ts";
import { runGateway } from "../kit/programs.ts";
import { type Answer, request } from "../kit/request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { prepareGuardedSite } from "./guarded-site.ts";
import { readIdentity } from "./identity.ts";
import { assertShowsNothing } from "./outcome.ts";

const letIn = writeResponse(1, { status: 200, headers: [["Variable-REMOTE_USER", "ada"]] });
const nothing = new Uint8Array(0);

/** What may come from gatewayd's socket that is no answer of gatewayd. */
const noAnswers: Readonly<Record<string, Uint8Array>> = {
  nothing,
  "no FastCGI": Buffer.from("HTTP/1.1 200 OK\r\n\r\n"),
  "half a record": letIn.subarray(0, 20),
  "a status that is none": stdout("Status: OK\r\n\r\n"),
  "a head that is none": stdout("You are in\r\n\r\n"),
  "that it is overloaded": writeRefusal(1, "overloaded"),
  "that it plays another role": writeRefusal(1, "unknown-role"),
};

function stdout(text: string): Uint8Array {
  const content = Buffer.from(text);
  const record = writeRecord({ type: recordType.STDOUT, requestId: 1, content });
  const end = writeRecord({ type: recordType.STDOUT, requestId: 1, content: nothing });
  return Buffer.concat([record, end, writeEndRequest(1, "request-complete")]);
}

for (const path of ["/admin/", "/cgi/whoami", "/application/whoami"]) {
  test(`lighttpd lets nobody in to ${path} on what is no answer of gatewayd`, async (t) => {
    for (const [what, answer] of Object.entries(noAnswers)) {
      await t.test(what, async (t) => assertUnavailable(await startSite(t, answer), path));
    }
  });
}

test("lighttpd would take FastCGI's own refusals for leave to pass", async (t) => {
  const site = await startSite(t, writeEndRequest(1, "overloaded"));
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
  "a module before mod_fastcgi": [/"mod_fastcgi", "mod_proxy"/, '"mod_proxy", "mod_fastcgi"'],
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
