import assert from "node:assert/strict";
import { test } from "node:test";
import { sendLines } from "../kit/raw-request.ts";
import { changeFile } from "../kit/site.ts";
import type { GuardedBy } from "./gateway-visits.ts";
import { prepareGuardedSite, startPrepared } from "./guarded-site.ts";

/** How to make a web server take requests for any name. */
export interface TakesAnyName {
  readonly file: string;
  readonly from: RegExp;
}

/** Declares that even a web server that takes requests for any name asks for the site that it guards. */
export function testFixedHost(name: string, server: GuardedBy, { file, from }: TakesAnyName): void {
  test(`${name}: nobody gets round a site's rules with the name of a laxer one`, async (t) => {
    const site = await prepareGuardedSite(t, server.example);
    changeFile(site, file, from, "");
    const other = `open.example.com:${site.port}`;
    const laxer = ["open.example.com", other].map(
      (host) => `\n  - origin: http://${host}\n    access: public`,
    );
    changeFile(site, "gateway.yaml", /^sites:$/m, `sites:${laxer.join("")}`);
    await startPrepared(t, server, site);
    const askings = {
      "in Host": ["GET /admin/ HTTP/1.1", `Host: ${other}`],
      "in the target": [`GET http://${other}/admin/ HTTP/1.1`, `Host: ${site.host}:${site.port}`],
      "in both": [`GET http://${other}/admin/ HTTP/1.1`, `Host: ${other}`],
      "in Host, without the port": ["GET /admin/ HTTP/1.1", "Host: open.example.com"],
      "in Host, with another port": ["GET /admin/ HTTP/1.1", "Host: open.example.com:80"],
      "in no Host at all": ["GET /admin/ HTTP/1.0"],
    };
    for (const [where, lines] of Object.entries(askings)) {
      await t.test(where, async () => {
        const asking = [...lines, "Accept: text/html", "Connection: close"];
        const good = `Cookie: ${site.cookieOf("good")}`;
        const refused = await sendLines(site.port, [...asking, good]);
        assert.ok([302, 307, 400].includes(refused.status), refused.text);
        if (refused.status === 400) return;
        const back = new URL(refused.location ?? "").searchParams.get("back");
        assert.ok(back?.startsWith(`${site.origin}/admin/`), refused.location);
        const admin = `Cookie: ${site.cookieOf("admin")}`;
        const shown = await sendLines(site.port, [...asking, admin]);
        assert.match(shown.text, /You are an administrator/);
      });
    }
  });
}
