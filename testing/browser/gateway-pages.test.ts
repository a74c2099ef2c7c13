import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { createTestIssuer } from "../interop/tickets.ts";
import { runGateway } from "../kit/programs.ts";
import { prepareSite, type Site } from "../kit/site.ts";
import { startNginx } from "../kit/web-servers.ts";
import { startBrowser } from "./browser.ts";
import { checkLooks } from "./looks.ts";
import { realNow } from "./plans.ts";
import { waitForHeading } from "./steps.ts";

test("a browser whose cookie is lost ends on a page that says why, and everybody can read it", async (t) => {
  const site = await startSite(t, await startHastyLogin(t));
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await page.goto(`${site.origin}/whoami?a=b`);
  await waitForHeading(page, "Signing in goes round in circles");
  assert.match(await page.locator("body").innerText(), /did not send the sign-in cookie/);
  await checkLooks(t, page, "site-loop");

  const again = page.getByRole("link", { name: "Try again" });
  assert.equal(await again.getAttribute("href"), `${site.origin}/whoami?a=b`);
  assert.deepEqual(profile.problems, []);
});

test("a browser that asks for nonsense gets a page that everybody can read", async (t) => {
  const site = await startSite(t, "http://sso.example.com");
  const profile = await (await startBrowser(t)).newProfile();
  const page = await profile.openTab();
  await page.goto(`${site.origin}/x%2f..%2fadmin/`);
  await waitForHeading(page, "Bad Request");
  await checkLooks(t, page, "site-bad-request");
  assert.deepEqual(profile.problems, []);
});

test("a script in a page is told, and follows no redirect", async (t) => {
  const site = await startSite(t, await startHastyLogin(t));
  const page = await (await (await startBrowser(t)).newProfile()).openTab();
  // A page of the same origin that needs no ticket.
  await page.route(`${site.origin}/open`, (route) => route.fulfill({ body: "open" }));
  await page.goto(`${site.origin}/open`);
  const told = await page.evaluate(`(async () => {
    const answer = await fetch("/whoami", { headers: { accept: "text/html" } });
    const { reason, login } = await answer.json();
    return [answer.status, answer.redirected, answer.headers.get("content-type"), reason, login];
  })()`);
  const login = `${site.loginOrigin}/login`;
  assert.deepEqual(told, [401, false, "application/problem+json", "no-ticket", login]);
});

/** Sends everybody back at once, without a ticket. */
async function startHastyLogin(t: TestContext): Promise<string> {
  const server = createServer(({ url = "" }, response) => {
    const back = new URL(url, "http://sso.demo.localhost").searchParams.get("back") ?? "";
    response.writeHead(303, { location: back }).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://sso.demo.localhost:${(server.address() as AddressInfo).port}`;
}

async function startSite(t: TestContext, loginOrigin: string): Promise<Site> {
  const { publicKey } = createTestIssuer();
  const host = "shop.demo.localhost";
  const site = await prepareSite(t, { example: "nginx", host, publicKey, loginOrigin });
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: realNow });
  await startNginx(t, site);
  return site;
}
