import assert from "node:assert/strict";
import { type Case, ticketText, visitOf } from "./case.ts";
import { type Comparable, comparable } from "./comparable.ts";
import { type Difference, type DifferenceName, differences } from "./differences.ts";
import type { Answer } from "./exchange.ts";
import type { TwoSides, Visit } from "./two-sides.ts";

/** What both sides answered to a case. */
export interface Comparison {
  readonly module: Comparable;
  readonly migrated: Comparable;
  /** The differences that showed. */
  readonly shown: readonly DifferenceName[];
}

/**
 * Sends one request to both sides. The migrated one must answer as the module does, but for the listed
 * differences: there as the module does to a visit without the fault.
 *
 * @throws {AssertionError} with both answers, when they differ in anything else.
 */
export async function compare(sides: TwoSides, c: Case): Promise<Comparison> {
  const visit = visitOf(sides, c, ticketText(sides, c));
  const answered = await sides.askModule(visit);
  const module = comparable(answered);
  const { expected, shown } = await expectedOf(sides, c, module);
  const answer = await sides.askMigrated(visit);
  const migrated = comparable(answer);
  if (!isSame(migrated, expected)) {
    const [was, is, wanted] = [module, migrated, expected].map((one) => JSON.stringify(one));
    assert.fail(`the module: ${was}\n  migrated: ${is}\n  expected: ${wanted}`);
  }
  assertNotCached(answered, answer);
  assertCookies(visit, answered, answer);
  return { module, migrated, shown };
}

async function expectedOf(sides: TwoSides, c: Case, module: Comparable) {
  const shown = new Set<DifferenceName>();
  const origin = sides.originOf({ ...c.ask, host: c.host, scheme: c.site.scheme });
  let like = c;
  for (const [name, { asIf }] of listed) {
    const other = asIf?.(like);
    if (other !== undefined) shown.add(name);
    like = other ?? like;
  }
  let expected = like === c ? module : comparable(await sides.askModule(visitOf(sides, like)));
  if (isSame(expected, module)) shown.clear();
  for (const [name, { instead }] of listed) {
    const other = instead?.(expected, c, origin);
    if (other !== undefined) shown.add(name);
    expected = other ?? expected;
  }
  return { expected, shown: isSame(expected, module) ? [] : [...shown] };
}

const listed = Object.entries(differences) as [DifferenceName, Difference][];

function isSame(one: Comparable, other: Comparable): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Point 14: the module says nothing to caches, where we say no-store. */
function assertNotCached(module: Answer, migrated: Answer): void {
  // With 301 Apache itself adds the slash to a folder's name.
  if (migrated.location === undefined || migrated.status === 301) return;
  assert.equal(migrated.cacheControl, "no-store");
  assert.equal(module.cacheControl, undefined);
}

/** Nobody asked for the ticket to be hidden, so that applications get all cookies as they came. */
function assertCookies({ headers }: Visit, module: Answer, migrated: Answer): void {
  const sent = headers.flatMap(([name, value]) => (name === "Cookie" ? [value] : [])).join(", ");
  for (const { seen } of [module, migrated])
    if (seen !== undefined) assert.equal(seen.cookie, sent);
}
