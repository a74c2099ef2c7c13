import assert from "node:assert/strict";
import { test } from "node:test";
import { request } from "../kit/request.ts";
import type { GuardedBy } from "./gateway-visits.ts";
import { startGuardedSite } from "./guarded-site.ts";

/** What is asked for to see what a web server says to caches, as paths. */
export interface CachedPaths {
  /** What nobody but the web server says anything of. */
  readonly silent: readonly string[];
  /** What an application speaks of itself, and what it says. */
  readonly spoken: Readonly<Record<string, string>>;
}

/** Declares that no cache between server and visitor may keep a protected page, unless the application says so. */
export function testSharedCaches(
  name: string,
  server: Pick<GuardedBy, "example" | "startServer">,
  { silent, spoken }: CachedPaths,
): void {
  test(`${name} keeps protected pages out of shared caches`, async (t) => {
    const site = await startGuardedSite(t, server);
    const { port } = site;
    const cookie = site.cookieOf("good");
    const said = Object.fromEntries(silent.map((path) => [path, "private"]));
    for (const [path, expected] of Object.entries({ ...said, ...spoken })) {
      await t.test(path, async () => {
        const asked = { port, host: `${site.host}:${port}`, path };
        const shown = await request({ ...asked, headers: { accept: "text/html", cookie } });
        assert.equal(shown.status, 200);
        assert.equal(shown.headers["cache-control"], expected);
        const refused = await request({ ...asked, headers: { accept: "text/html" } });
        assert.equal(refused.status, 307);
        assert.equal(refused.headers["cache-control"], "no-store");
      });
    }
  });
}
