import assert from "node:assert/strict";
import { once } from "node:events";
import { rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { request } from "@countersign/testing/kit/request.ts";
import { createVisitor, type Page, type Visitor } from "@countersign/testing/kit/visitor.ts";
import { requireFreePorts } from "../src/demo/ports.ts";
import { run, temporaryFolder } from "./command.ts";
import { planFreeDemo, type RunningDemo, startDemoProcess } from "./demo-process.ts";

test("the demo lets its user in everywhere after one sign-in, and stops without a trace", async () => {
  await using folder = await temporaryFolder();
  const plan = await planFreeDemo(join(folder.path, "data"));
  const [wiki, shop] = plan.sites;
  await using demo = await startDemoProcess(plan);
  const visitor = createVisitor();

  const asked = await visitor.open(`${wiki.origin}/edit?a=b%20c`);
  assert.equal(asked.url.origin, plan.login.origin);
  const wrong = await signIn(visitor, asked, "not the password");
  assert.equal(wrong.status, 403);

  const edit = await signIn(visitor, asked, passwordOf(demo));
  assert.equal(edit.url.href, `${wiki.origin}/edit?a=b%20c`);
  assert.equal(edit.status, 200);
  assert.match(edit.body, /among the editors/);

  const shopPage = await visitor.open(shop.origin);
  assert.equal(shopPage.way.length, 1);
  assert.match(shopPage.body, /Welcome, ada/);

  const forbidden = await visitor.follow(shopPage, /administrators/);
  assert.equal(forbidden.url.origin, plan.login.origin);
  assert.equal(forbidden.status, 403);
  assert.match(forbidden.body, /You lack the right/);

  const renewed = await visitor.follow(shopPage, /Renew the ticket now/);
  assert.deepEqual(renewed.way.map(pathOf), ["/refresh", "/"]);
  assert.equal(renewed.url.origin, shop.origin);

  const signOut = await visitor.follow(renewed, /Sign out/);
  assert.match((await visitor.submit(signOut)).body, /You are signed out/);
  assert.equal((await visitor.open(wiki.origin)).url.origin, plan.login.origin);

  demo.child.kill("SIGINT");
  assert.equal(await demo.ended, 0);
  await requireFreePorts(plan);
  assert.match(demo.printed(), /ada signed in/);
  assert.match(demo.printed(), /ada signed out/);
  assert.match(demo.printed(), /the right is missing/);
  assert.doesNotMatch(demo.printed(), /sig=|sig%3D/);
  const escapeCharacter = String.fromCharCode(27);
  assert.ok(!demo.printed().includes(escapeCharacter), "no colour where there is no terminal");
});

test("the demo's line for curl shows how a web server asks the gateway", async () => {
  await using folder = await temporaryFolder();
  const plan = await planFreeDemo(folder.path);
  await using demo = await startDemoProcess(plan);
  const printed = demo.printed();
  const [, address = ""] = /curl -i (\S+)/.exec(printed) ?? [];
  const headers = Object.fromEntries(
    [...printed.matchAll(/-H '([^:']+): ([^']*)'/g)].map(([, name = "", value = ""]) => [
      name,
      value,
    ]),
  );
  const { port, pathname } = new URL(address);
  const answer = await request({ port: Number(port), path: pathname, headers });
  assert.equal(answer.status, 307);
  const redirect = new URL(String(answer.headers.location));
  assert.equal(redirect.origin, plan.login.origin);
  const back = new URL(redirect.searchParams.get("back") ?? "");
  assert.equal(back.origin + back.pathname, `${plan.sites[0].origin}/`);
  // The table of sites and places is the gateway's as well: nothing is open that should not be.
  headers["X-Countersign-Host"] = "elsewhere.demo.localhost";
  const elsewhere = await request({ port: Number(port), path: pathname, headers });
  assert.equal(elsewhere.status, 400);
});

test("the demo keeps key, users and password between runs", async () => {
  await using folder = await temporaryFolder();
  const plan = await planFreeDemo(join(folder.path, "kept"));
  const [wiki, shop] = plan.sites;
  const visitor = createVisitor();

  const first = await startDemoProcess(plan);
  await using _first = first;
  const password = passwordOf(first);
  await signIn(visitor, await visitor.open(wiki.origin), password);
  first.child.kill("SIGINT");
  assert.equal(await first.ended, 0);
  for (const [name, mode] of Object.entries({ "": 0o700, password: 0o600, "ticket.pem": 0o600 })) {
    assert.equal((await stat(join(plan.folder, name))).mode & 0o777, mode, name);
  }

  const second = await startDemoProcess(plan);
  await using _second = second;
  assert.equal(passwordOf(second), password);
  assert.deepEqual((await visitor.open(shop.origin)).way, [`${shop.origin}/`]);
  second.child.kill("SIGTERM");
  assert.equal(await second.ended, 0);

  await rm(join(plan.folder, "password"));
  const third = await startDemoProcess(plan);
  await using _third = third;
  assert.notEqual(passwordOf(third), password);
  const other = createVisitor();
  const page = await signIn(other, await other.open(wiki.origin), passwordOf(third));
  assert.match(page.body, /Welcome, ada/);
});

for (const address of ["127.0.0.1", "::1"]) {
  test(`the demo says which port is taken at ${address}, and how to choose others`, async (t) => {
    await using folder = await temporaryFolder();
    const plan = await planFreeDemo(join(folder.path, "data"));
    const { port } = plan.sites[1];
    const taken = createServer().listen(port, address);
    try {
      await once(taken, "listening");
    } catch {
      t.skip(`this machine has no ${address}`);
      return;
    }
    const args = ["demo", "--port", String(plan.login.port)];
    const { code, stderr } = await run(folder.path, args);
    taken.close();
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`already in use on this machine: port ${port}\\n`));
    assert.match(stderr, /--port \d+/);
    await assert.rejects(stat(join(folder.path, "data")), { code: "ENOENT" });
  });
}

for (const port of ["0", "65533", "http", "-1", "8400.5", ""]) {
  test(`the demo refuses ${JSON.stringify(port)} as its first port`, async () => {
    await using folder = await temporaryFolder();
    const { code, stderr } = await run(folder.path, ["demo", `--port=${port}`]);
    assert.equal(code, 2);
    assert.match(stderr, /port/);
  });
}

function signIn(visitor: Visitor, page: Page, password: string): Promise<Page> {
  return visitor.submit(page, { username: "ada", password });
}

function passwordOf(demo: RunningDemo): string {
  const [, password] = /Password +(\S+)/.exec(demo.printed()) ?? [];
  assert.ok(password, demo.printed());
  return password;
}

function pathOf(address: string): string {
  return new URL(address).pathname;
}
