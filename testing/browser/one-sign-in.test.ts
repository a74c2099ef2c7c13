import assert from "node:assert/strict";
import { test } from "node:test";
import { startInstallation } from "../kit/installation.ts";
import { startBrowser, takeScreenshot } from "./browser.ts";
import { ada, bob, plan, realNow } from "./plans.ts";
import { assertSeenAs, fillIn, signInAt, waitForHeading, wayTo } from "./steps.ts";

test("a browser signs in once, is let in everywhere, signs out and is let in nowhere", async (t) => {
  const { sites, loginOrigin } = await startInstallation(t, { ...plan, now: realNow });
  const browser = await startBrowser(t);
  const profile = await browser.newProfile();
  const page = await profile.openTab();
  const [first, ...others] = sites;
  assert.ok(first);

  await t.test(`${first.name} sends her to sign in, and she comes back to the page`, async () => {
    const address = `${first.whoami}?from=a%20b&to=%26`;
    await page.goto(address);
    assert.equal(new URL(page.url()).origin, loginOrigin);
    await takeScreenshot(page, "sign-in");
    await fillIn(page, ada);
    await page.waitForURL(address);
    await assertSeenAs(page, "ada", "staff,admin");
  });

  await t.test("the ticket's cookie goes to all sites, and to no script", async () => {
    const cookie = await profile.ticketCookie();
    assert.equal(cookie?.domain, ".demo.localhost");
    assert.equal(cookie?.httpOnly, true);
    assert.equal(cookie?.sameSite, "Lax");
    assert.equal(await page.evaluate("document.cookie"), "");
  });

  for (const { name, whoami } of others) {
    await t.test(`${name} lets her in without asking`, async () => {
      assert.deepEqual(await wayTo(page, whoami), [whoami]);
      await assertSeenAs(page, "ada", "staff,admin");
    });
  }

  for (const { name, origin } of sites) {
    await t.test(`${name} shows her the place that needs a right`, async () => {
      assert.deepEqual(await wayTo(page, `${origin}/admin/`), [`${origin}/admin/`]);
      assert.match(await page.locator("body").innerText(), /You are an administrator/);
    });
  }

  await t.test(
    "the link on a site leads to a page that asks, and then she is signed out",
    async () => {
      await page.goto(`${first.origin}/`);
      await page.getByRole("link", { name: "Sign out" }).click();
      await waitForHeading(page, "Sign out?");
      assert.ok(await profile.ticketCookie(), "a link alone signs nobody out");
      await page.getByRole("button", { name: "Sign out" }).click();
      await waitForHeading(page, "You are signed out");
      assert.equal(await profile.ticketCookie(), undefined);
    },
  );

  for (const { name, whoami } of sites) {
    await t.test(`${name} asks who it is`, async () => {
      await page.goto(whoami);
      assert.equal(new URL(page.url()).origin, loginOrigin);
      await waitForHeading(page, "Sign in");
    });
  }

  await t.test("the browser had nothing to complain about", () => {
    assert.deepEqual(profile.problems, []);
  });
});

test("a right that is missing ends at the login server, with the name and no circle", async (t) => {
  const { sites, loginOrigin } = await startInstallation(t, { ...plan, now: realNow });
  const browser = await startBrowser(t);
  const profile = await browser.newProfile();
  const page = await profile.openTab();
  await signInAt(page, sites[0]?.whoami ?? "", bob);
  for (const { name, origin, whoami } of sites) {
    await t.test(name, async () => {
      assert.deepEqual(await wayTo(page, whoami), [whoami]);
      const way = await wayTo(page, `${origin}/admin/`);
      assert.equal(way.length, 2);
      assert.equal(new URL(page.url()).origin, loginOrigin);
      await waitForHeading(page, "You lack the right for this page");
      assert.match(await page.locator("main").innerText(), /as bob\b/);
    });
  }
  assert.deepEqual(profile.problems, []);
});

test("a browser without scripts does all of it, too", async (t) => {
  const { sites, loginOrigin } = await startInstallation(t, { ...plan, now: realNow });
  const browser = await startBrowser(t);
  const profile = await browser.newProfile({ javaScriptEnabled: false });
  const page = await profile.openTab();
  await signInAt(page, sites[0]?.whoami ?? "", ada);
  for (const { whoami } of sites) {
    assert.deepEqual(await wayTo(page, whoami), [whoami]);
    await assertSeenAs(page, "ada", "staff,admin");
  }
  await page.goto(`${loginOrigin}/logout`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForHeading(page, "You are signed out");
  for (const { whoami } of sites) {
    await page.goto(whoami);
    await waitForHeading(page, "Sign in");
  }
  assert.deepEqual(profile.problems, []);
});
