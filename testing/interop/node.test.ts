import { type TestContext, test } from "node:test";
import { type NodeSitePlan, startNodeSite } from "../kit/node-site.ts";
import { testHostileRequests } from "./hostile-requests.ts";
import { createTestIssuer } from "./tickets.ts";
import { testVisits, type Visited } from "./visit-site.ts";

const now = 1_800_000_000;

for (const framework of ["node:http", "Express", "Fastify", "Koa", "Hono"] as const) {
  test(`${framework} with the middleware answers every visit of the table`, async (t) => {
    await testVisits(t, await startSite(t, framework));
  });

  test(`${framework} with the middleware shows a place to nobody without the right, however it is asked`, async (t) => {
    await testHostileRequests(t, await startSite(t, framework));
  });
}

async function startSite(t: TestContext, framework: NodeSitePlan["framework"]): Promise<Visited> {
  const issuer = createTestIssuer();
  const site = await startNodeSite(t, {
    framework,
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    now: () => now,
  });
  const open = {
    ...site,
    whoami: "/whoami",
    identityArrives: "as-text",
    cacheControl: "no-store",
  } as const;
  return { site: open, issuer, now };
}
