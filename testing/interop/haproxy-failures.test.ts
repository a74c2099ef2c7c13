import assert from "node:assert/strict";
import { connect } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startApplication } from "../kit/application.ts";
import { startHaproxy } from "../kit/haproxy.ts";
import { type Answer, request } from "../kit/request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { waitUntil } from "../kit/wait-until.ts";
import { prepareGuardedSite } from "./guarded-site.ts";
import { assertShowsNothing } from "./outcome.ts";

const letIn = "HTTP/1.1 200 OK\r\nRemote-User: ada\r\n";

/** What may come from gatewayd's socket that is no answer of gatewayd. */
const noAnswers: Readonly<Record<string, string>> = {
  nothing: "",
  "no HTTP": "hello\r\n\r\n",
  "a page without a head": "<h1>You are in</h1>",
  "half a head": letIn,
  "half a head, cut in a line": `${letIn}Remote-User-Tok`,
  "half a body": `${letIn}Content-Length: 100\r\n\r\nshort`,
  "more body than announced": `${letIn}Content-Length: 3\r\n\r\nlonger`,
  "a body in pieces": `${letIn}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "a field without a name": `${letIn}: x\r\n\r\n`,
  "a folded field": `${letIn}X-One: 1\r\n 2\r\n\r\n`,
  "a lone line feed in a field": `${letIn}X-One: 1\nX-Two: 2\r\n\r\n`,
  "a zero byte in a field": `${letIn}X-One: \0\r\n\r\n`,
  "a word that there is more to come": "HTTP/1.1 100 Continue\r\nX-One: 1\r\n\r\n",
  "another protocol": "HTTP/2.0 200 OK\r\nRemote-User: ada\r\n\r\n",
  "a status that is none": "HTTP/1.1 2000 OK\r\nRemote-User: ada\r\n\r\n",
  "more than fits": `${letIn}X-One: ${"x".repeat(20_000)}\r\n\r\n`,
  "a refusal that is longer than fits": `HTTP/1.1 403 Forbidden\r\nX-One: 1\r\n\r\n${"x".repeat(99_000)}`,
};

test("HAProxy lets nobody in on what is no answer of gatewayd", async (t) => {
  for (const [what, answer] of Object.entries(noAnswers)) {
    await t.test(what, async (t) => assertUnavailable(await startSite(t, answer)));
  }
});

test("HAProxy does not wait long for a gatewayd that hangs, and holds up nobody else", async (t) => {
  const site = await startSite(t, undefined);
  let waiting = 20;
  const hanging = Array.from({ length: waiting }, async () => {
    await assertUnavailable(site);
    waiting -= 1;
  });
  const other = await request({ port: site.port, host: "elsewhere.example.com", path: "/" });
  assert.equal(other.status, 421);
  assert.equal(waiting, 20);
  await Promise.all(hanging);
});

test("HAProxy lets nobody in when the script fails", async (t) => {
  const site = await prepareGuardedSite(t, "haproxy");
  breakScript(site);
  await startBoth(t, site);
  await assertUnavailable(site);
});

test("HAProxy would let in when the script fails, but for the rule after it", async (t) => {
  const site = await prepareGuardedSite(t, "haproxy");
  breakScript(site);
  changeFile(site, "haproxy.cfg", /^ *http-request deny .*\n/m, "");
  await startBoth(t, site);
  assert.equal((await ask(site)).status, 200);
});

test("HAProxy stays well when visitors leave before gatewayd has answered", async (t) => {
  const site = await prepareGuardedSite(t, "haproxy");
  const { heard } = await startStandIn(t, join(site.folder, "gateway.sock"), undefined);
  await startBoth(t, site);
  const leaving = Array.from({ length: 100 }, () => connect(site.port, "127.0.0.1"));
  for (const socket of leaving) {
    socket.on("error", () => socket.destroy());
    socket.write(`GET / HTTP/1.1\r\nHost: ${site.host}:${site.port}\r\n\r\n`);
  }
  assert.ok(await waitUntil(() => heard.length === leaving.length, 10_000));
  for (const [index, socket] of leaving.entries()) {
    if (index % 2 === 0) socket.resetAndDestroy();
    else socket.end();
  }
  await assertUnavailable(site);
  for (const socket of leaving) socket.destroy();
});

async function startSite(t: TestContext, answer: string | undefined): Promise<PreparedSite> {
  const site = await prepareGuardedSite(t, "haproxy");
  await startStandIn(t, join(site.folder, "gateway.sock"), answer);
  await startBoth(t, site);
  return site;
}

async function startBoth(t: TestContext, site: PreparedSite): Promise<void> {
  await startApplication(t, site.folder);
  await startHaproxy(t, site);
}

function ask({ port, host }: PreparedSite): Promise<Answer> {
  return request({ port, host: `${host}:${port}`, path: "/admin/" });
}

async function assertUnavailable(site: PreparedSite): Promise<void> {
  const answer = await ask(site);
  assert.equal(answer.status, 503, answer.body);
  assert.equal(answer.headers["cache-control"], "no-store");
  assertShowsNothing(answer);
}

function breakScript(site: PreparedSite): void {
  changeFile(site, "countersign.lua", /^ *local answer = parse/m, 'error("broken")\n$&');
}
