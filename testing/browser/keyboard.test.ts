import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { startInstallation } from "../kit/installation.ts";
import { startBrowser, takeScreenshot } from "./browser.ts";
import { ada, plan, realNow } from "./plans.ts";
import { assertSeenAs, waitForHeading } from "./steps.ts";

test("everything can be done with the keyboard, and one always sees where one is", async (t) => {
  const { sites, loginOrigin } = await startInstallation(t, { ...plan, now: realNow });
  const [site] = sites;
  assert.ok(site);
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await page.goto(site.whoami);
  await waitForHeading(page, "Sign in");

  // The name has the focus from the start.
  await page.keyboard.type(ada.name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Sign in");
  await assertFocusIsVisible(page);
  await takeScreenshot(page, "keyboard-focus");
  await page.keyboard.press("Enter");
  await page.waitForURL(site.whoami);
  await assertSeenAs(page, "ada", "staff,admin");

  await page.goto(`${loginOrigin}/whoami`);
  await tabTo(page, "Sign out");
  await page.keyboard.press("Enter");
  await waitForHeading(page, "Sign out?");
  await tabTo(page, "Sign out");
  await page.keyboard.press("Enter");
  await waitForHeading(page, "You are signed out");
  assert.deepEqual(profile.problems, []);
});

/** Presses Tab until the link or button with that text has the focus. */
async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press("Tab");
    await assertFocusIsVisible(page);
    if ((await focused(page)) === text) return;
  }
  assert.fail(`no way to "${text}" with Tab on ${page.url()}`);
}

function focused(page: Page): Promise<string> {
  return page.evaluate("document.activeElement.textContent.trim()");
}

async function assertFocusIsVisible(page: Page): Promise<void> {
  const outline = await page.evaluate(`(() => {
    const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
    return [outlineStyle, Number.parseFloat(outlineWidth)];
  })()`);
  const [style, width] = outline as [string, number];
  assert.ok(style !== "none" && width >= 2, `${page.url()}: ${style} ${width}`);
}
