import assert from "node:assert/strict";
import { test } from "node:test";
import { startInstallation } from "../kit/installation.ts";
import { startBrowser, takeScreenshot } from "./browser.ts";
import { ada, plan, realNow } from "./plans.ts";
import { assertSeenAs, fillIn, waitForHeading } from "./steps.ts";

test("a wrong password is said aloud, the name stays, and the next attempt succeeds", async (t) => {
  const { sites } = await startInstallation(t, { ...plan, now: realNow });
  const [site] = sites;
  assert.ok(site);
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await page.goto(site.whoami);
  await fillIn(page, { name: "ada", password: "incorrect horse" });

  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /do not match/);
  await takeScreenshot(page, "wrong-password");
  const name = page.getByLabel("Name", { exact: true });
  const password = page.getByLabel("Password", { exact: true });
  assert.equal(await name.inputValue(), "ada");
  assert.equal(await password.inputValue(), "");
  assert.equal(await password.getAttribute("aria-invalid"), "true");
  assert.equal(await password.getAttribute("aria-describedby"), "alert");
  assert.equal(await profile.ticketCookie(), undefined);

  await fillIn(page, ada);
  await page.waitForURL(site.whoami);
  await assertSeenAs(page, "ada", "staff,admin");
  assert.deepEqual(profile.problems, []);
});

test("nobody is asked for a password on the way to a foreign site", async (t) => {
  const { loginOrigin } = await startInstallation(t, { ...plan, now: realNow });
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  const hostile = [
    "https://evil.example/",
    "//evil.example/",
    "https:evil.example",
    "/\\evil.example",
    "https://sso.demo.localhost@evil.example/",
    "javascript:alert(1)",
  ];
  for (const back of hostile) {
    await page.goto(`${loginOrigin}/login?back=${encodeURIComponent(back)}`);
    await waitForHeading(page, "This link leads somewhere else");
    assert.equal(await page.locator("form, input").count(), 0);
    assert.equal(await page.locator('a[href*="evil"], a[href^="javascript"]').count(), 0);
  }
  await page.goto(`${loginOrigin}/login?back=https%3A%2F%2Fevil.example%2F`);
  await takeScreenshot(page, "refused-return");
  assert.deepEqual(profile.problems, []);
});

test("the browser itself keeps foreign scripts and forms out of the login page", async (t) => {
  const { loginOrigin } = await startInstallation(t, { ...plan, now: realNow });
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await page.goto(`${loginOrigin}/login`);
  await page.evaluate(`
    const script = document.createElement("script");
    script.textContent = "window.wasRun = true";
    document.body.append(script);
    document.body.setAttribute("onclick", "window.wasRun = true");
    document.body.click();
  `);
  assert.equal(await page.evaluate("window.wasRun"), undefined);
  // Also the proof that the other tests would have seen a page break its own policy.
  assert.ok(profile.problems.some((problem) => /Content Security Policy/.test(problem)));
});
