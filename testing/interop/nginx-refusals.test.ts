import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { runGateway } from "../kit/programs.ts";
import { request } from "../kit/request.ts";
import { prepareSite } from "../kit/site.ts";
import { startNginx } from "../kit/web-servers.ts";
import { createTestIssuer, makeTickets } from "./tickets.ts";

const now = 1_800_000_000;

test("what nginx refuses by itself is refused, and sends nobody away", async (t) => {
  const { ask } = await startSite(t);
  const asksForPassword = await ask("/password/");
  assert.equal(asksForPassword.status, 401);
  assert.match(asksForPassword.headers["www-authenticate"] ?? "", /^Basic realm="Staff"/);
  const denied = await ask("/denied/");
  assert.equal(denied.status, 403);
  for (const { headers } of [asksForPassword, denied]) assert.equal(headers.location, undefined);
});

/** The site of the example with places that nginx guards in its own ways beside ours. */
async function startSite(t: TestContext) {
  const issuer = createTestIssuer();
  const site = await prepareSite(t, {
    example: "nginx",
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    change: {
      file: "nginx.conf",
      by: (text) =>
        text.replace(
          "location / {",
          `location /password/ { auth_basic Staff; auth_basic_user_file users; }
           location /denied/ { deny all; }
           location / {`,
        ),
    },
  });
  writeFileSync(join(site.folder, "users"), "ada:{PLAIN}secret\n", { mode: 0o644 });
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => now });
  await startNginx(t, site);
  const { good } = makeTickets(issuer, now);
  const ask = (path: string) =>
    request({
      port: site.port,
      host: `${site.host}:${site.port}`,
      path,
      headers: { cookie: `auth_pubtkt=${good}` },
    });
  return { ask };
}
