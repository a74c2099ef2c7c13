import { test } from "node:test";
import { startNodeSite } from "../kit/node-site.ts";
import { createTestIssuer } from "./tickets.ts";
import { testVisits } from "./visit-site.ts";

const now = 1_800_000_000;

test("a Node application with the middleware answers every visit of the table", async (t) => {
  const issuer = createTestIssuer();
  const site = await startNodeSite(t, {
    host: "wiki.example.com",
    publicKey: issuer.publicKey,
    loginOrigin: "http://sso.example.com",
    now: () => now,
  });
  const open = { ...site, whoami: "/whoami", identityArrives: "as-text" } as const;
  await testVisits(t, { site: open, issuer, now });
});
