import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { freeLoopbackPort } from "../kit/loopback-port.ts";
import { request } from "../kit/request.ts";
import { startServerProcess } from "../kit/server-process.ts";
import { prepareSite } from "../kit/site.ts";
import { startNginx } from "../kit/web-servers.ts";
import { testHostileRequests } from "./hostile-requests.ts";
import { createTestIssuer } from "./tickets.ts";
import { testVisits, type Visited } from "./visit-site.ts";

// The example has no clock but the real one; all times keep half an hour's distance from it.
const now = Math.floor(Date.now() / 1000);

test("Express behind nginx answers every visit of the table", async (t) => {
  await testVisits(t, await startSite(t));
});

test("Express behind nginx shows a place to nobody without the right, however it is asked", async (t) => {
  await testHostileRequests(t, await startSite(t));
});

async function startSite(t: TestContext): Promise<Visited> {
  const issuer = createTestIssuer();
  const applicationPort = await freeLoopbackPort();
  const site = await prepareSite(t, {
    example: "express-behind-nginx",
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    values: { APPLICATION_PORT: String(applicationPort) },
  });
  const program = readFileSync(join(site.folder, "server.js"), "utf8");
  await startServerProcess(t, {
    command: process.execPath,
    // Not from its file: packages are found by their names only inside the workspace.
    args: ["--input-type=module", "--eval", program],
    isReady: () =>
      request({ port: applicationPort, path: "/" }).then(
        () => true,
        () => false,
      ),
  });
  await startNginx(t, site);
  const open = {
    ...site,
    whoami: "/whoami",
    identityArrives: "as-text",
    cacheControl: "no-store",
    oddHeaders: "dropped",
  } as const;
  return { site: open, issuer, now };
}
