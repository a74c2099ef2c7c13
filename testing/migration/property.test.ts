import { randomInt } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { casesOn, oldSites, poolHost } from "./arbitraries.ts";
import { compare } from "./compare.ts";
import { startTwoSides } from "./two-sides.ts";

const poolSize = 120;
const seconds = 35;

test("whatever the configuration, ticket and request, the migrated site answers as the module", async (t) => {
  const seed = Number(process.env.MIGRATION_SEED ?? randomInt(2 ** 31));
  const sites = fc.sample(oldSites, { seed, numRuns: poolSize });
  const sides = await startTwoSides(t, new Map(sites.map((site, i) => [poolHost(i), site])));
  let runs = 0;
  const property = fc.asyncProperty(casesOn(sites), async (c) => {
    runs += 1;
    await compare(sides, c);
  });
  try {
    await fc.assert(property, {
      seed,
      numRuns: 100_000,
      interruptAfterTimeLimit: seconds * 1_000,
      // The site is shrunk by hand: its host names it, and the case shows it.
      endOnFailure: false,
    });
  } finally {
    t.diagnostic(`${runs} cases on ${poolSize} sites; again with MIGRATION_SEED=${seed}`);
  }
});
