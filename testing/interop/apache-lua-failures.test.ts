import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Answer, request } from "../kit/request.ts";
import { changeFile, type PreparedSite } from "../kit/site.ts";
import { startStandIn } from "../kit/stand-in.ts";
import { startApache } from "../kit/web-servers.ts";
import { type GuardedSite, prepareGuardedSite } from "./guarded-site.ts";
import { assertShowsNothing } from "./outcome.ts";

const example = ["apache-fcgi", "apache-lua"];
const half = "HTTP/1.1 200 OK\r\nRemote-User: ada\r\n";
const letIn = `${half}Remote-User-Tokens: \r\nRemote-User-Data: \r\nAuth-Type: x\r\n`;
const ended = "Content-Length: 0\r\n\r\n";

/** What may come from gatewayd's socket that is no answer of gatewayd. */
const noAnswers: Readonly<Record<string, string>> = {
  nothing: "",
  "no HTTP": "hello\r\n\r\n",
  "a page without a head": "<h1>You are in</h1>",
  "half a head": letIn,
  "half a head, cut in a line": `${half}Remote-User-Tok`,
  "an answer without a length": `${letIn}\r\n`,
  "half a body": `${letIn}Content-Length: 100\r\n\r\nshort`,
  "more body than announced": `${letIn}Content-Length: 3\r\n\r\nlonger`,
  "two answers": `${letIn}${ended}${letIn}${ended}`,
  "a length that is none": `${letIn}Content-Length: -1\r\n\r\n`,
  "two lengths": `${letIn}Content-Length: 0\r\n${ended}`,
  "a body in pieces": `${letIn}Transfer-Encoding: chunked\r\n${ended}`,
  "a field without a name": `${letIn}: x\r\n${ended}`,
  "a folded field": `${letIn}X-One: 1\r\n 2\r\n${ended}`,
  "a lone line feed in a field": `${letIn}X-One: 1\nX-Two: 2\r\n${ended}`,
  "a zero byte in a field": `${letIn}X-One: \0\r\n${ended}`,
  "a word that there is more to come": `HTTP/1.1 100 Continue\r\n${ended}`,
  "another protocol": `HTTP/2.0 200 OK\r\nRemote-User: ada\r\n${ended}`,
  "a status that is none": letIn.replace("200", "2000") + ended,
  "nobody's name": `HTTP/1.1 200 OK\r\n${ended}`,
  "half an identity": half + ended,
  "two names": `${letIn}Remote-User: root\r\nRemote-User-Tokens: a\r\n${ended}`,
  "a visitor without a name": letIn.replace("ada", "") + ended,
  "a name of no kind": `${half}Remote-User-Tokens: \r\nRemote-User-Data: \r\nAuth-Type: \r\n${ended}`,
  "a name with a line end in it": letIn.replace("ada", "ada%0a") + ended,
  "more than fits": `${letIn}X-One: ${"x".repeat(70_000)}\r\n${ended}`,
  "a refusal that is longer than fits": `HTTP/1.1 403 Forbidden\r\nContent-Length: 99000\r\n\r\n${"x".repeat(99_000)}`,
};

test("Apache with mod_lua lets nobody in on what is no answer of gatewayd", async (t) => {
  for (const [what, answer] of Object.entries(noAnswers)) {
    await t.test(what, async (t) => assertRefused(await ask(await startWith(t, answer)), 503));
  }
});

test("Apache with mod_lua gives a refusal of Node's, which says no length, as one", async (t) => {
  for (const status of [400, 431]) {
    const site = await startWith(t, `HTTP/1.1 ${status} Words\r\nConnection: close\r\n\r\n`);
    assert.equal((await ask(site)).status, status);
  }
});

test("Apache with mod_lua lets in nobody whose name headers cannot carry", async (t) => {
  for (const name of ["%20ada", "ada%20"]) {
    assertRefused(await ask(await startWith(t, letIn.replace("ada", name) + ended)), 403);
  }
});

test("Apache with mod_lua does not wait long for a gatewayd that hangs, and holds up nobody else", async (t) => {
  const site = await startWith(t, undefined);
  let waiting = 20;
  const hanging = Array.from({ length: waiting }, async () => {
    assertRefused(await ask(site), 503);
    waiting -= 1;
  });
  const other = await request({ port: site.port, host: "elsewhere.example.com", path: "/" });
  assert.equal(other.status, 403);
  assert.equal(waiting, 20);
  await Promise.all(hanging);
});

test("Apache with mod_lua lets nobody in, and shows nothing of the script, when it fails", async (t) => {
  const failures: Readonly<Record<string, (site: PreparedSite) => void>> = {
    "an error": (site) =>
      changeFile(site, "countersign.lua", /^ *gather_facts\(r\)$/m, 'error("oops")'),
    "no number": (site) =>
      changeFile(site, "countersign.lua", /^ *gather_facts\(r\)$/m, "do return nil end"),
    "an error when it is read": (site) =>
      changeFile(site, "countersign.lua", "local unix", 'error("oops")\n$&'),
    "no Lua": (site) => changeFile(site, "countersign.lua", "local unix", "oops oops\n$&"),
    "no library": (site) => changeFile(site, "countersign.lua", '"socket.unix"', '"oops.unix"'),
    "no file": ({ folder }) => rmSync(join(folder, "countersign.lua")),
  };
  for (const [what, breakIt] of Object.entries(failures)) {
    await t.test(what, async (t) => {
      const site = await prepareGuardedSite(t, example);
      breakIt(site);
      await startApache(t, site);
      // More often than there are Lua states, which must not be used up.
      for (let times = 0; times < 100; times += 1) {
        const answer = await ask(site);
        assert.ok([500, 503].includes(answer.status), String(answer.status));
        assertShowsNothing(answer);
        assert.doesNotMatch(answer.body, /oops|lua/i);
      }
    });
  }
});

test("Apache lets nobody in where the hook is forgotten", async (t) => {
  const site = await prepareGuardedSite(t, example);
  changeFile(site, "httpd.conf", /^ *LuaHookAccessChecker .*\n/m, "");
  await startApache(t, site);
  assert.equal((await ask(site)).status, 403);
});

async function startWith(t: TestContext, answer: string | undefined): Promise<GuardedSite> {
  const site = await prepareGuardedSite(t, example);
  await startStandIn(t, join(site.folder, "gateway.sock"), answer);
  await startApache(t, site);
  return site;
}

function ask({ port, host }: PreparedSite): Promise<Answer> {
  return request({ port, host: `${host}:${port}`, path: "/admin/" });
}

function assertRefused(answer: Answer, status: number): void {
  assert.equal(answer.status, status, answer.body);
  assert.equal(answer.headers["cache-control"], "no-store");
  assertShowsNothing(answer);
}
