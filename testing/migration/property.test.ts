import { randomInt } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { casesOn, oldSites, poolHost } from "./arbitraries.ts";
import { compare } from "./compare.ts";
import { startTwoSides } from "./two-sides.ts";

/** A server takes its sites when it starts, so that all are made beforehand, from the same seed. */
const poolSize = 120;
const seconds = 35;

/** How many cases are under way at a time. */
const atOnce = 3;

test("whatever the configuration, ticket and request, the migrated site answers as the module", async (t) => {
  const seed = Number(process.env.MIGRATION_SEED ?? randomInt(2 ** 30));
  const sites = fc.sample(oldSites, { seed, numRuns: poolSize });
  const sides = await startTwoSides(t, new Map(sites.map((site, i) => [poolHost(i), site])));
  const outcomes = new Map<string, number>();
  const count = (what: string) => outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
  const property = fc.asyncProperty(casesOn(sites), async (c) => {
    const { module, shown } = await compare(sides, c);
    count(module.seen?.user ? "let in" : `${module.status}`);
    for (const difference of shown) count(difference);
  });
  const options = { numRuns: 1_000_000, interruptAfterTimeLimit: seconds * 1_000 };
  try {
    const walks = Array.from({ length: atOnce }, (_, index) => seed + index);
    const ended = await Promise.allSettled(
      walks.map((own) => fc.assert(property, { ...options, seed: own })),
    );
    for (const walk of ended) if (walk.status === "rejected") throw walk.reason;
  } finally {
    const all = JSON.stringify(Object.fromEntries(outcomes));
    t.diagnostic(`${poolSize} sites, ${all}; the same again with MIGRATION_SEED=${seed}`);
  }
});
