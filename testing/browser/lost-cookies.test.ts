import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { encodeTicket } from "@countersign/ticket";
import type { Page } from "playwright-core";
import { createTestIssuer, type TestIssuer } from "../interop/tickets.ts";
import { makeCertificate } from "../kit/openssl.ts";
import { runGateway } from "../kit/programs.ts";
import { prepareSite } from "../kit/site.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { startNginx } from "../kit/web-servers.ts";
import { startBrowser } from "./browser.ts";
import { realNow } from "./plans.ts";
import { waitForHeading } from "./steps.ts";

/** How a login server can set the cookie so that browsers do not send it to the site. */
interface LostCookie {
  /** `example.test` is any name; Chromium trusts `*.localhost` as it trusts https. */
  readonly domain: "example.test" | "demo.localhost";
  readonly scheme: "http" | "https";
  readonly attributes: string;
  /** Whether a link on another site leads to ours. */
  readonly isLinked: boolean;
  readonly says: RegExp;
}

const lostCookies: Readonly<Record<string, LostCookie>> = {
  "is Secure and the site is not": {
    domain: "example.test",
    scheme: "https",
    attributes: "; Domain=example.test; Secure; SameSite=Lax",
    isLinked: true,
    says: /marked Secure, and this site was reached over plain http/,
  },
  "has no Domain": {
    domain: "demo.localhost",
    scheme: "http",
    attributes: "; SameSite=Lax",
    isLinked: false,
    says: /its Domain does not cover this site/,
  },
  "is SameSite=Strict and a link on another site led here": {
    domain: "demo.localhost",
    scheme: "http",
    attributes: "; Domain=demo.localhost; SameSite=Strict",
    isLinked: true,
    says: /came here from another site.*SameSite=Strict/,
  },
};

for (const [what, lost] of Object.entries(lostCookies)) {
  test(`Chromium is told why it goes round in circles when the cookie ${what}`, async (t) => {
    const { domain, isLinked, says } = lost;
    const issuer = createTestIssuer();
    const loginOrigin = await startEagerLogin(t, lost, issuer);
    const { publicKey } = issuer;
    const host = `wiki.${domain}`;
    const site = await prepareSite(t, { example: "nginx", host, publicKey, loginOrigin });
    await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: realNow });
    await startNginx(t, site);

    const browser = await startBrowser(t, ["--host-resolver-rules=MAP * 127.0.0.1"]);
    const profile = await browser.newProfile({ ignoreHTTPSErrors: true });
    const page = await profile.openTab();
    if (isLinked) await followLink(page, `${site.origin}/whoami`);
    else await page.goto(`${site.origin}/whoami`);
    await waitForHeading(page, "Signing in goes round in circles");
    assert.match(await page.locator("body").innerText(), says);
    // The browser has it, and keeps it to itself.
    assert.ok((await profile.ticketCookie()) !== undefined);
  });
}

/** Opens a page of another site with a link to `address`, and clicks on it. */
async function followLink(page: Page, address: string): Promise<void> {
  const elsewhere = "http://other.elsewhere.localhost/";
  const body = `<a href="${address}">there</a>`;
  await page.route(elsewhere, (route) => route.fulfill({ contentType: "text/html", body }));
  await page.goto(elsewhere);
  await page.getByRole("link", { name: "there" }).click();
}

/** Signs everybody in at once, and sends them back. */
async function startEagerLogin(
  t: TestContext,
  { domain, scheme, attributes }: LostCookie,
  issuer: TestIssuer,
): Promise<string> {
  const answer: RequestListener = ({ url = "" }, response) => {
    const back = new URL(url, "http://any").searchParams.get("back") ?? "";
    const now = realNow();
    const ticket = issuer.issue({ uid: "ada", issuedAt: now, validUntil: now + 3_600 });
    const cookie = `auth_pubtkt=${encodeTicket(ticket)}; Path=/${attributes}`;
    response.writeHead(303, { location: back, "set-cookie": cookie }).end();
  };
  const name = `sso.${domain}`;
  const server =
    scheme === "https" ? createTlsServer(certificateFor(t, name), answer) : createServer(answer);
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `${scheme}://${name}:${(server.address() as AddressInfo).port}`;
}

function certificateFor(t: TestContext, name: string) {
  const { certificateFile, keyFile } = makeCertificate(temporaryFolder(t), name);
  return { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
}
