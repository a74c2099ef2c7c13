import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openUsers } from "@countersign/login";
import { createClock } from "@countersign/testing/kit/clock.ts";
import { createKeptLog } from "@countersign/testing/kit/log.ts";
import { request } from "@countersign/testing/kit/request.ts";
import { createVisitor, type Page, type Visitor } from "@countersign/testing/kit/visitor.ts";
import type { DemoSite } from "../src/demo/plan.ts";
import { startDemo } from "../src/demo/start-demo.ts";
import { prepareState } from "../src/demo/state.ts";
import { temporaryFolder } from "./command.ts";
import { planFreeDemo } from "./demo-process.ts";

const password = "correct horse battery staple";

test("the tickets of hasty are renewed in the second half of their minute, and then end", async (t) => {
  const { wiki, clock } = await start(t);
  const visitor = createVisitor();
  await signIn(visitor, wiki, "hasty");

  clock.advance(30);
  assert.deepEqual(paths(await visitor.open(wiki.origin)), ["/"]);
  clock.advance(1);
  const renewed = await visitor.open(wiki.origin);
  // The last but one still has the mark of the loop breaker.
  assert.deepEqual(paths(renewed), ["/", "/refresh", "/", "/"]);
  assert.match(renewed.body, /<dt>Renewed<\/dt><dd>once<\/dd>/);

  clock.advance(61);
  const ended = await visitor.open(wiki.origin);
  assert.match(ended.body, /timed out/);
  assert.equal(ended.url.searchParams.get("reason"), "expired");
});

test("a right that is given counts from the next renewal", async (t) => {
  const { wiki, addToken } = await start(t);
  const visitor = createVisitor();
  const page = await signIn(visitor, wiki, "ada");
  assert.match((await visitor.open(`${wiki.origin}/admin`)).body, /You lack the right/);
  await addToken("ada", "admin");
  assert.match((await visitor.open(`${wiki.origin}/admin`)).body, /You lack the right/);
  await visitor.follow(page, /Renew the ticket now/);
  assert.match((await visitor.open(`${wiki.origin}/admin`)).body, /among the administrators/);
});

test("a site shows a page to nobody without a ticket, but for style and script", async (t) => {
  const { wiki, visits } = await start(t);
  const { host } = new URL(wiki.origin);
  const headers = { accept: "text/html" };
  const ask = (path: string, method = "GET") =>
    request({ port: wiki.port, host, path, method, headers });
  for (const path of ["/", "/edit", "/admin", "/none", "/assets/", "/assets/../edit", "//x"]) {
    const { status, body } = await ask(path);
    assert.ok([307, 400].includes(status), `${path}: ${status}`);
    assert.doesNotMatch(body, /ticket/i);
  }
  assert.equal((await ask("/edit", "POST")).status, 303);
  assert.equal((await ask("/assets/site.css")).status, 200);
  assert.ok(visits.length > 0);
  assert.ok(visits.every((visit) => !/shown/.test(visit)));
});

test("a site answers other methods and other pages than its own in few words", async (t) => {
  const { wiki } = await start(t);
  const visitor = createVisitor();
  await signIn(visitor, wiki, "ada");
  const cookie = visitor.cookies.headerFor(new URL(wiki.origin));
  const { host } = new URL(wiki.origin);
  const ask = { port: wiki.port, host, path: "/", headers: { cookie } };
  assert.equal((await request({ ...ask, method: "POST" })).status, 405);
  assert.equal((await request({ ...ask, path: "/none" })).status, 404);
  const { status, headers } = await request(ask);
  assert.equal(status, 200);
  assert.match(String(headers["content-security-policy"]), /default-src 'none'/);
  assert.doesNotMatch(String(headers["content-security-policy"]), /unsafe/);
  assert.equal(headers["cache-control"], "no-store");
});

async function start(t: TestContext) {
  const folder = await temporaryFolder();
  const clock = createClock(1_800_000_000);
  const { now } = clock;
  const plan = await planFreeDemo(join(folder.path, "data"));
  const state = await prepareState(plan, { now, makePassword: async () => password });
  const visits: string[] = [];
  const stop = await startDemo(plan, state, {
    log: createKeptLog().logger,
    now,
    journal: {
      audit: () => {},
      visit: ({ path, user }) => void visits.push(`${path} ${user === undefined ? "" : "shown"}`),
    },
  });
  t.after(async () => {
    await stop();
    await folder[Symbol.asyncDispose]();
  });
  const addToken = async (name: string, token: string) => {
    const users = openUsers(join(plan.folder, "login.db"), now);
    const tokens = (await users.find(name))?.tokens ?? [];
    assert.ok((await users.change(name, { tokens: [...tokens, token] })).ok);
    await users.close();
  };
  return { wiki: plan.sites[0], clock, visits, addToken };
}

async function signIn(visitor: Visitor, site: DemoSite, username: string): Promise<Page> {
  const page = await visitor.submit(await visitor.open(site.origin), { username, password });
  assert.equal(page.url.origin, site.origin, page.body);
  return page;
}

function paths(page: Page): readonly string[] {
  return page.way.map((address) => new URL(address).pathname);
}
