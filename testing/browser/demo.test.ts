import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { createClock } from "../kit/clock.ts";
import { startBrowser } from "./browser.ts";
import { startDemoHere } from "./demo-here.ts";
import { password, realNow } from "./plans.ts";
import { fillIn, signInAt, waitForHeading, wayTo } from "./steps.ts";

// On a slow machine a ticket of one minute would run out in the middle of a test.
const { now: standing } = createClock(realNow());

test("the demo's links show what they promise", async (t) => {
  const { sites, login } = await startDemoHere(t, standing);
  const [wiki, shop] = sites;
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await signInAt(page, `${wiki.origin}/`, { name: "ada", password });
  await waitForHeading(page, "Welcome, ada");
  assert.deepEqual(await rightsOf(page), ["yes", "yes", "no"]);

  await page.getByRole("link", { name: "Open the shop" }).click();
  await page.waitForURL(`${shop.origin}/`);
  await waitForHeading(page, "Welcome, ada");

  await page.getByRole("link", { name: "Staff prices" }).first().click();
  await waitForHeading(page, "Staff prices");
  await page.getByRole("link", { name: "Open the page for administrators" }).click();
  await waitForHeading(page, "You lack the right for this page");
  assert.equal(new URL(page.url()).origin, login.origin);
  await page.getByRole("link", { name: /start of shop/ }).click();

  await page.getByRole("link", { name: "Renew the ticket now" }).click();
  await page.waitForURL(`${shop.origin}/`);
  await page.getByRole("link", { name: "Visit the login server" }).click();
  await waitForHeading(page, "You are signed in");
  await page.goto(`${wiki.origin}/edit`);
  await page.getByRole("link", { name: "Sign in as hasty" }).click();
  await fillIn(page, { name: "hasty", password });
  await waitForHeading(page, "You lack the right for this page");
  await page.goto(`${wiki.origin}/`);
  await waitForHeading(page, "Welcome, hasty");
  assert.deepEqual(await rightsOf(page), ["yes", "no", "no"]);

  await page.getByRole("link", { name: "Sign out" }).first().click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForHeading(page, "You are signed out");
  await page.goto(`${shop.origin}/`);
  await waitForHeading(page, "Sign in");
  assert.deepEqual(profile.problems, []);
});

test("after signing out, going back shows nothing of what was there", async (t) => {
  const [wiki] = (await startDemoHere(t, standing)).sites;
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await signInAt(page, `${wiki.origin}/edit`, { name: "ada", password });
  await page.getByRole("link", { name: "Sign out" }).first().click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await waitForHeading(page, "You are signed out");
  const steps = (await page.evaluate("history.length")) as number;
  for (let step = 1; step < steps; step += 1) {
    await page.goBack();
    assert.doesNotMatch(await page.locator("body").innerText(), /\bada\b/, page.url());
  }
  assert.deepEqual(profile.problems, []);
});

test("one can watch a ticket of hasty being renewed, and running out", async (t) => {
  const clock = createClock(realNow());
  const [wiki] = (await startDemoHere(t, clock.now)).sites;
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await signInAt(page, `${wiki.origin}/`, { name: "hasty", password });
  const old = await profile.ticketCookie();
  await page.getByText(/^Due for renewal in \d+ s, ends in \d+ s\.$/).waitFor();

  clock.advance(31);
  const way = await wayTo(page, `${wiki.origin}/`);
  assert.deepEqual(
    way.map((address) => new URL(address).pathname),
    ["/", "/refresh", "/"],
  );
  await page.getByText("once", { exact: true }).waitFor();
  assert.notEqual((await profile.ticketCookie())?.value, old?.value);

  clock.advance(61);
  await page.getByRole("link", { name: "Open this page again" }).click();
  await waitForHeading(page, "Sign in");
  assert.match(await page.getByRole("status").innerText(), /timed out/);
  await fillIn(page, { name: "hasty", password });
  await page.waitForURL(`${wiki.origin}/`);
  await waitForHeading(page, "Welcome, hasty");
  assert.deepEqual(profile.problems, []);
});

test("an open page counts down to its ticket's end", async (t) => {
  const [wiki] = (await startDemoHere(t, standing)).sites;
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await page.clock.install();
  await signInAt(page, `${wiki.origin}/`, { name: "hasty", password });
  await page.clock.runFor(40_000);
  await page.getByText(/the next page you open renews it/).waitFor();
  await page.clock.runFor(40_000);
  await page.getByText(/the next page you open asks you to sign in/).waitFor();
  assert.deepEqual(profile.problems, []);
});

function rightsOf(page: Page): Promise<string[]> {
  return page.locator("td .yes, td .no").allInnerTexts();
}
