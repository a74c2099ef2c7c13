import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { createClock } from "../kit/clock.ts";
import { startBrowser } from "./browser.ts";
import { startDemoHere } from "./demo-here.ts";
import { checkLooks } from "./looks.ts";
import { pageProblems } from "./page-checks.js";
import { password, realNow } from "./plans.ts";
import { fillIn, signInAt, waitForHeading } from "./steps.ts";

test("every page can be read on any screen, in light and in dark", async (t) => {
  const clock = createClock(realNow());
  const { login, sites } = await startDemoHere(t, clock.now);
  const [wiki, shop] = sites;
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  const back = encodeURIComponent(`${wiki.origin}/`);
  const open = (path: string) => page.goto(login.origin + path);
  const looks = (name: string) => checkLooks(t, page, name);

  await open(`/login?back=${back}`);
  await looks("login-sign-in");
  await open("/login");
  await fillIn(page, { name: "ada", password: "incorrect horse" });
  await page.getByRole("alert").waitFor();
  await looks("login-wrong-password");
  await open(`/login?back=${encodeURIComponent("https://evil.example/")}`);
  await looks("login-refused-return");
  await open(`/continue?back=${back}`);
  await looks("login-cookie-lost");
  await open("/nothing-here");
  await looks("login-not-found");
  await open("/logout");
  await looks("login-signed-out");

  await signInAt(page, `${wiki.origin}/`, { name: "ada", password });
  await looks("wiki-start");
  await page.goto(`${wiki.origin}/edit`);
  await looks("wiki-edit");
  await page.goto(`${wiki.origin}/nothing-here`);
  await looks("wiki-not-found");
  await page.goto(`${shop.origin}/`);
  await looks("shop-start");
  await page.goto(`${shop.origin}/admin`);
  await waitForHeading(page, "You lack the right for this page");
  await looks("login-forbidden");
  await open("/whoami");
  await looks("login-whoami");
  await open(`/login?back=${back}`);
  await looks("login-still-signed-in");
  await open("/logout");
  await looks("login-confirm-sign-out");
  for (let renewals = 0; renewals < 6; renewals += 1) await open(`/refresh?back=${back}`);
  await looks("login-renewal-loop");

  clock.advance(9 * 3_600);
  await page.goto(`${wiki.origin}/edit`);
  await looks("login-timed-out");
  await submitFormOfAnotherTime(page);
  await looks("login-forged-form");
  for (let attempts = 0; attempts < 11; attempts += 1) {
    await open("/login");
    await fillIn(page, { name: "nobody", password: "incorrect horse" });
    await page.getByRole("alert").waitFor();
  }
  await looks("login-throttled");

  await page.goto(`${shop.origin}/`);
  await fillIn(page, { name: "hasty", password });
  await page.waitForURL(`${shop.origin}/`);
  await looks("shop-hasty");
  assert.deepEqual(profile.problems, []);
});

test("what is wrong with a page would be seen", async (t) => {
  const page = await (await (await startBrowser(t)).newProfile()).openTab();
  await page.setContent(`<style>p { color: #999; background: #fff; width: 3000px }</style>
    <p>faint</p><p style="color: #767676">strong enough</p><input><img src="data:,">`);
  const problems = (await page.evaluate(pageProblems)) as string[];
  assert.deepEqual(problems, [
    "has no lang",
    "has no title",
    "has not one h1",
    "has not one main",
    "has an image without alt",
    "has a input without a label",
    "has too little contrast (2.8): faint",
    "is wider than the window",
  ]);
});

async function submitFormOfAnotherTime(page: Page): Promise<void> {
  await page.evaluate(`document.querySelector("[name=token]").value = "from another time"`);
  await fillIn(page, { name: "ada", password });
  await page.getByRole("link", { name: "Start again" }).waitFor();
}
