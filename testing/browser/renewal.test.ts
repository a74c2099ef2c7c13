import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "../kit/clock.ts";
import { startInstallation } from "../kit/installation.ts";
import { startBrowser, takeScreenshot } from "./browser.ts";
import { ada, hour, plan, realNow } from "./plans.ts";
import { assertSeenAs, fillIn, signInAt, waitForHeading, wayTo } from "./steps.ts";

// Apache's C module knows the real time only, so the sign-in lies in the past and what follows in
// the present.

test("in the grace period the browser comes back with a new ticket, and nobody is asked", async (t) => {
  const clock = createClock(realNow() - 1.5 * hour);
  const { sites } = await startInstallation(t, { ...plan, now: clock.now });
  const browser = await startBrowser(t);
  // Each site renews a ticket of its own visitor.
  const visits = [];
  for (const site of sites) {
    const profile = await browser.newProfile();
    const page = await profile.openTab();
    // Straight to the login server: to Apache's C module the ticket is already due.
    await signInAt(page, `${site.loginOrigin}/whoami`, ada);
    visits.push({ site, profile, page, old: await profile.ticketCookie() });
  }
  clock.advance(1.5 * hour);

  for (const { site, profile, page, old } of visits) {
    await t.test(site.name, async () => {
      const way = await wayTo(page, site.whoami);
      const path = new URL(site.whoami).pathname;
      assert.deepEqual(
        way.map((address) => new URL(address).pathname),
        [path, "/refresh", path],
      );
      await assertSeenAs(page, "ada", "staff,admin");
      const renewed = await profile.ticketCookie();
      assert.ok(old && renewed);
      assert.notEqual(renewed.value, old.value);
      assert.deepEqual(await wayTo(page, site.whoami), [site.whoami]);
      assert.deepEqual(profile.problems, []);
    });
  }
});

test("after its end a ticket opens nothing, and the login page says why", async (t) => {
  const clock = createClock(realNow() - 3 * hour);
  const { sites, loginOrigin } = await startInstallation(t, { ...plan, now: clock.now });
  const browser = await startBrowser(t);
  const profile = await browser.newProfile();
  const page = await profile.openTab();
  await signInAt(page, `${loginOrigin}/whoami`, ada);
  clock.advance(3 * hour);

  for (const { name, whoami } of sites) {
    await t.test(name, async () => {
      await page.goto(whoami);
      await waitForHeading(page, "Sign in");
      const status = await page.getByRole("status").innerText();
      assert.match(status, /timed out/);
    });
  }
  await takeScreenshot(page, "timed-out");
  await fillIn(page, ada);
  await page.waitForURL(sites.at(-1)?.whoami ?? "");
  await assertSeenAs(page, "ada", "staff,admin");
  assert.deepEqual(profile.problems, []);
});
