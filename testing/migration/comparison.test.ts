import assert from "node:assert/strict";
import { test } from "node:test";
import { casesOf, hostOf, type NamedCase, targetCases } from "./cases.ts";
import { compare } from "./compare.ts";
import { differences } from "./differences.ts";
import { directiveNames } from "./old-site.ts";
import { allAddresses, sitePlans } from "./old-sites.ts";
import { startTwoSides, type TwoSides } from "./two-sides.ts";

const fewestCases = 300;

/** How many cases are under way at a time. */
const atOnce = 4;

/** What has come up so far. */
interface Tally {
  cases: number;
  /** How often each difference showed. */
  readonly shown: Map<string, number>;
  /** Where visitors were sent. */
  readonly pages: Set<string>;
}

test("a migrated site answers as it did with the module, but for the listed points", async (t) => {
  const plans = Object.entries(sitePlans);
  const sites = new Map(plans.map(([name, { site }]) => [hostOf(name), site]));
  const sides = await startTwoSides(t, sites);
  const tally: Tally = { cases: 0, shown: new Map(), pages: new Set() };
  const run = async (cases: readonly NamedCase[]) => {
    const failures = await failuresOf(sides, cases, tally);
    assert.ok(failures.length === 0, `${failures.length}: ${failures.slice(0, 5).join("\n")}`);
  };
  for (const [name, plan] of plans) await t.test(name, () => run(casesOf(name, plan)));
  for (const name of ["tokens within", "folders", ".htaccess"] as const) {
    await t.test(`addresses of all kinds: ${name}`, () => run(targetCases(name)));
  }
  await t.test(`and it was at least ${fewestCases} cases`, () => {
    const shown = JSON.stringify(Object.fromEntries(tally.shown));
    t.diagnostic(`${tally.cases} cases; differences that showed: ${shown}`);
    assert.ok(tally.cases >= fewestCases);
  });
  await t.test("and every listed difference showed", () => {
    const others = Object.keys(differences).filter((name) => !tally.shown.has(name));
    assert.deepEqual(others, []);
  });
  await t.test("and every directive was there, and every address", () => {
    const said = plans.flatMap(([, { site }]) => [site.server, ...site.sections.map(directivesOf)]);
    const names = new Set(said.flatMap((directives) => Object.keys(directives)));
    assert.deepEqual([...names].toSorted(), directiveNames.toSorted());
    for (const url of Object.values(allAddresses)) {
      assert.ok(
        [...tally.pages].some((page) => page.startsWith(`${url}?`)),
        url,
      );
    }
  });
});

function directivesOf({ directives }: { readonly directives: object }): object {
  return directives;
}

async function failuresOf(
  sides: TwoSides,
  cases: readonly NamedCase[],
  tally: Tally,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const waiting = cases.values();
  const work = async () => {
    for (const [name, c] of waiting) {
      tally.cases += 1;
      try {
        const { module, shown } = await compare(sides, c);
        tally.pages.add(module.page ?? "");
        for (const d of shown) tally.shown.set(d, (tally.shown.get(d) ?? 0) + 1);
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failures;
}
