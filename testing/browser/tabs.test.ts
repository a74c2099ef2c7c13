import assert from "node:assert/strict";
import { test } from "node:test";
import { startInstallation } from "../kit/installation.ts";
import { startBrowser } from "./browser.ts";
import { ada, plan, realNow } from "./plans.ts";
import { assertSeenAs, fillIn, waitForHeading } from "./steps.ts";

test("signing in in one tab brings the others on, and signing out reaches them, too", async (t) => {
  const { sites, loginOrigin } = await startInstallation(t, { ...plan, now: realNow });
  const browser = await startBrowser(t);
  const profile = await browser.newProfile();
  const tabs = [];
  for (const { whoami } of sites) {
    const page = await profile.openTab();
    await page.goto(whoami);
    await waitForHeading(page, "Sign in");
    tabs.push({ page, whoami });
  }
  const [first] = tabs;
  assert.ok(first);

  await fillIn(first.page, ada);
  for (const { page, whoami } of tabs) {
    await page.waitForURL(whoami);
    await assertSeenAs(page, "ada", "staff,admin");
  }

  const stranger = await (await browser.newProfile()).openTab();
  await stranger.goto(sites[0]?.whoami ?? "");
  await waitForHeading(stranger, "Sign in");

  const [signedIn, leaving] = [await profile.openTab(), await profile.openTab()];
  await signedIn.goto(`${loginOrigin}/whoami`);
  await leaving.goto(`${loginOrigin}/logout`);
  await leaving.getByRole("button", { name: "Sign out" }).click();
  await waitForHeading(leaving, "You are signed out");
  await waitForHeading(signedIn, "Sign in");
  assert.deepEqual(profile.problems, []);
});
