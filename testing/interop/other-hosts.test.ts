import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { withoutMarkInBack } from "../kit/loop-mark.ts";
import { runGateway } from "../kit/programs.ts";
import { sendLines } from "../kit/raw-request.ts";
import { changeFile, prepareSite } from "../kit/site.ts";
import { startApache, startNginx } from "../kit/web-servers.ts";
import { createTestIssuer, makeTickets } from "./tickets.ts";

const now = 1_800_000_000;

// A gateway for two sites, and a web server that serves one of them to whoever comes.
const servers = {
  nginx: {
    example: "nginx",
    start: startNginx,
    file: "nginx.conf",
    catchAll: /^ *# Any other name[\s\S]*?\n {4}\}\n/m,
  },
  Apache: {
    example: "apache-fcgi",
    start: startApache,
    file: "httpd.conf",
    catchAll: /^# Any other name[\s\S]*?<\/VirtualHost>\n/m,
  },
} as const;

for (const [name, server] of Object.entries(servers)) {
  test(`on ${name} nobody gets round a site's rules with the name of a laxer one`, async (t) => {
    const { site, cookies } = await startSite(t, server);
    const other = `open.example.com:${site.port}`;
    const askings = {
      "in Host": ["GET /admin/ HTTP/1.1", `Host: ${other}`],
      "in the target": [`GET http://${other}/admin/ HTTP/1.1`, `Host: ${site.host}:${site.port}`],
      "in both": [`GET http://${other}/admin/ HTTP/1.1`, `Host: ${other}`],
      "in Host, without the port": ["GET /admin/ HTTP/1.1", "Host: open.example.com"],
      "in Host, with another port": ["GET /admin/ HTTP/1.1", "Host: open.example.com:80"],
    };
    for (const [where, lines] of Object.entries(askings)) {
      await t.test(where, async () => {
        const asking = [...lines, "Accept: text/html", "Connection: close"];
        const refused = await sendLines(site.port, [...asking, cookies.good]);
        assert.ok([302, 307].includes(refused.status), refused.text);
        const { location } = withoutMarkInBack(refused.location ?? "");
        const back = new URL(location).searchParams.get("back");
        assert.equal(back, `${site.origin}/admin/`);
        const shown = await sendLines(site.port, [...asking, cookies.admin]);
        assert.match(shown.text, /You are an administrator/);
      });
    }
  });
}

async function startSite(t: TestContext, server: (typeof servers)[keyof typeof servers]) {
  const issuer = createTestIssuer();
  const loginOrigin = "http://sso.example.com";
  const { example } = server;
  const { publicKey } = issuer;
  const site = await prepareSite(t, { example, host: "wiki.example.com", publicKey, loginOrigin });
  changeFile(site, server.file, server.catchAll, "");
  changeFile(
    site,
    "gateway.yaml",
    "sites:",
    `sites:\n  - origin: http://open.example.com:${site.port}`,
  );
  changeFile(site, "gateway.yaml", "sites:", "sites:\n  - origin: http://open.example.com");
  await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => now });
  await server.start(t, site);
  const { good, admin } = makeTickets(issuer, now);
  const cookie = (ticket: string) => `Cookie: auth_pubtkt=${ticket}`;
  return { site, cookies: { good: cookie(good), admin: cookie(admin) } };
}
