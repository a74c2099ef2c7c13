import { test } from "node:test";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { prepareSite } from "/work/main/testing/kit/site.ts";
import { startApache, startNginx } from "/work/main/testing/kit/web-servers.ts";
import { startLighttpd } from "/work/main/testing/kit/lighttpd.ts";
import { startPhp, startFcgiwrap } from "/work/main/testing/kit/script-servers.ts";
import { startPlayedTcpcryptd } from "/work/main/testing/kit/played-tcpcryptd.ts";
import { runGateway } from "/work/main/testing/kit/programs.ts";
import { request } from "/work/main/testing/kit/request.ts";
import { temporaryFolder } from "/work/main/testing/kit/temporary-folder.ts";
import { createTestIssuer } from "/work/main/testing/interop/tickets.ts";
import { encodeTicket } from "@countersign/ticket";

for (const [base, name, start] of [["apache-fcgi","apache-tcpcrypt", startApache],["lighttpd","lighttpd-tcpcrypt", startLighttpd],["nginx","nginx-tcpcrypt", startNginx]] as const) {
  test(name, async (t) => {
    const issuer = createTestIssuer();
    const daemon = await startPlayedTcpcryptd(t, temporaryFolder(t));
    const site = await prepareSite(t, { example: [base, "tcpcrypt-scripts", name], host: "wiki.example.com", publicKey: issuer.publicKey, loginOrigin: "http://sso.example.com", values: { TCPCRYPT_SOCKET: daemon.socket } });
    await startPhp(t, site); await startFcgiwrap(t, site);
    const g = await runGateway(t, { settingsFile: join(site.folder, "gateway.yaml"), now: () => 1_800_000_000 });
    const s = await start(t, site);
    const ticket = issuer.issue({ uid: "ada", validUntil: 1_800_003_600 });
    for (const place of ["open", "members"]) for (const e of ["sh","pl","py","php"]) {
      const a = await request({ port: site.port, host: `wiki.example.com:${site.port}`, path: `/${place}/session-id.${e}`, headers: { cookie: `auth_pubtkt=${encodeTicket(ticket)}`, accept: "text/html" } });
      console.log(name, place, e, a.status, a.body.slice(0,200));
    }
    console.log(daemon.clients(), daemon.asked.length, JSON.stringify(daemon.asked.at(-1)), s.log().slice(-1500));
  });
}
