import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { createClock } from "../kit/clock.ts";
import { startInstallation } from "../kit/installation.ts";
import { withoutLoopMark } from "../kit/loop-mark.ts";
import { createVisitor, type Page, type Visitor } from "../kit/visitor.ts";
import { readIdentity } from "./identity.ts";

const hour = 3_600;
const password = "correct horse battery staple";
const users = [
  { name: "ada", password, tokens: ["staff", "admin"] },
  { name: "bob", password, tokens: ["staff"] },
];

test("one sign-in opens every site", async (t) => {
  const world = await startWorld(t);
  const visitor = createVisitor();
  const [first, ...others] = world.sites;
  assert.ok(first);

  await t.test("a site sends a visitor to the login page, which knows where from", async () => {
    const page = await visitor.open(first.url);
    assert.equal(page.url.origin, world.loginOrigin);
    assert.equal(page.status, 200);
    assert.equal(page.url.searchParams.get("back"), first.url);
  });

  await t.test("a wrong password opens nothing", async () => {
    const page = await signIn(visitor, first.url, "ada", "incorrect horse");
    assert.equal(page.status, 403);
    assert.equal(page.url.origin, world.loginOrigin);
    assert.equal(visitor.cookies.find("auth_pubtkt"), undefined);
  });

  await t.test("the right one leads back to the page that was asked for", async () => {
    const page = await signIn(visitor, first.url, "ada");
    assert.equal(page.url.href, first.url);
    assertSeenAs(page, "ada", "staff,admin");
  });

  await t.test("the ticket's cookie is for the sites' domain, and no script can read it", () => {
    const cookie = visitor.cookies.find("auth_pubtkt");
    assert.equal(cookie?.domain, "demo.localhost");
    assert.equal(cookie?.isHttpOnly, true);
    assert.equal(cookie?.sameSite, "Lax");
  });

  for (const { name, url } of others) {
    await t.test(`${name} lets her in without asking again`, async () => {
      const page = await visitor.open(url);
      assert.deepEqual(page.way, [url]);
      assertSeenAs(page, "ada", "staff,admin");
    });
  }

  for (const { name, origin } of world.sites) {
    await t.test(`${name} shows her the place that needs a right`, async () => {
      const page = await visitor.open(`${origin}/admin/`);
      assert.equal(page.url.origin, origin);
      assert.match(page.body, /You are an administrator/);
    });
  }

  await t.test("the login server's own log holds neither the password nor the ticket", () => {
    const log = world.log();
    assert.match(log, /"sign-in"/);
    assert.ok(!log.includes(password));
    assert.ok(!log.includes(visitor.cookies.find("auth_pubtkt")?.value ?? ""));
    assert.doesNotMatch(log, /sig=|sig%3D/i);
  });
});

test("a right that is missing ends at the login server, not in a circle", async (t) => {
  const world = await startWorld(t);
  const visitor = createVisitor();
  await signIn(visitor, world.loginOrigin, "bob");
  for (const { name, origin, url } of world.sites) {
    await t.test(name, async () => {
      assertSeenAs(await visitor.open(url), "bob", "staff");
      const page = await visitor.open(`${origin}/admin/`);
      assert.equal(page.url.origin, world.loginOrigin);
      assert.equal(page.way.length, 2);
      assert.match(page.body, /You lack the right for this page/);
      assert.match(page.body, /bob/);
      assert.doesNotMatch(page.body, /You are an administrator/);
    });
  }
});

test("signing out closes every site", async (t) => {
  const world = await startWorld(t);
  const visitor = createVisitor();
  await signIn(visitor, world.loginOrigin, "ada");
  for (const { url } of world.sites) assertSeenAs(await visitor.open(url), "ada", "staff,admin");

  const asked = await visitor.open(`${world.loginOrigin}/logout`);
  assert.ok(visitor.cookies.find("auth_pubtkt"), "a link alone signs nobody out");
  await visitor.submit(asked);
  assert.equal(visitor.cookies.find("auth_pubtkt"), undefined);

  for (const { name, url } of world.sites) {
    await t.test(`${name} asks who it is`, async () => {
      const page = await visitor.open(url);
      assert.equal(page.url.origin, world.loginOrigin);
      assert.equal(readIdentity(page.body), undefined);
    });
  }
});

test("in the grace period a site has the ticket renewed, and nobody is asked", async (t) => {
  // Apache knows the real time only, so the sign-in lies in the past and what follows in the present.
  const clock = createClock(Math.floor(Date.now() / 1000) - 1.5 * hour);
  const world = await startWorld(t, clock.now);
  const visitors = await Promise.all(
    world.sites.map(async (site) => {
      const visitor = createVisitor();
      await signIn(visitor, world.loginOrigin, "ada");
      return { site, visitor, old: visitor.cookies.find("auth_pubtkt")?.value };
    }),
  );
  clock.advance(1.5 * hour);

  for (const { site, visitor, old } of visitors) {
    await t.test(site.name, async () => {
      assert.ok(old);
      const page = await visitor.open(site.url);
      assert.equal(page.url.href, site.url);
      const path = pathOf(site.url);
      // Our gateway counts redirects in the way back, and then leads on to the page's own address.
      const way = page.way.filter((address) => !withoutLoopMark(address).isMarked);
      assert.deepEqual(way.map(pathOf), [path, "/refresh", path]);
      assertSeenAs(page, "ada", "staff,admin");
      assert.notEqual(visitor.cookies.find("auth_pubtkt")?.value, old);
    });
  }
});

async function startWorld(t: TestContext, now = () => Math.floor(Date.now() / 1000)) {
  const times = { lifetimeSeconds: 2 * hour, graceSeconds: hour };
  const { loginOrigin, login, sites } = await startInstallation(t, { users, ...times, now });
  // A query that an address must not lose on the way there and back.
  const visited = sites.map((site) => ({ ...site, url: `${site.whoami}?from=a%20b&to=%26` }));
  return { loginOrigin, sites: visited, log: login.log };
}

async function signIn(
  visitor: Visitor,
  address: string,
  username: string,
  given = password,
): Promise<Page> {
  return visitor.submit(await visitor.open(address), { username, password: given });
}

function assertSeenAs(page: Page, user: string, tokens: string): void {
  assert.equal(page.status, 200, page.body);
  const seen = readIdentity(page.body);
  assert.equal(seen?.user, user, page.body);
  assert.equal(seen?.tokens, tokens);
}

function pathOf(address: string): string {
  return new URL(address).pathname;
}
