import { type Decision, readOrigin, reasonTexts, type Visit } from "@countersign/gateway";
import type { BoundedWarnings } from "./bounded-warnings.ts";

/** Most of what is shown of a name that the visitor may have chosen. */
const shownCharacters = 100;
const shownOrigins = 5;

/** The origins of the sites, by their names: whoever asks for many others must cost little. */
export interface KnownSites {
  readonly count: number;
  readonly byName: ReadonlyMap<string, readonly string[]>;
}

/** Sorts origins by the name in them. */
export function knownSites(origins: readonly string[]): KnownSites {
  return { count: origins.length, byName: Map.groupBy(origins, nameIn) };
}

function nameIn(origin: string): string {
  return new URL(origin).hostname.replaceAll(/[[\]]/g, "");
}

/**
 * Warns of what only a setup that is wrong brings about: visits that belong to no site, and visitors whom
 * signing in does not help.
 */
export function warnOfSetup(
  { kind, reason }: Exclude<Decision, { readonly kind: "allow" }>,
  visit: Visit,
  { sites, warnings }: { readonly sites: KnownSites; readonly warnings: BoundedWarnings },
): void {
  if (kind === "loop") warnOfLoop(reason, visit, warnings);
  if (reason === "unknown-host") warnOfNoSite(visit, sites, warnings);
}

/** No path: it may be a secret, and which place it is makes no difference to most causes. */
function warnOfLoop(
  reason: keyof typeof reasonTexts,
  visit: Visit,
  warnings: BoundedWarnings,
): void {
  const site = originOf(visit);
  warnings.warn(
    "visitors are sent to the login server again and again: signing in does not help",
    `${site} ${reason}`,
    { site, reason, because: reasonTexts[reason], clientAddress: visit.clientAddress },
  );
}

function warnOfNoSite(
  visit: Visit,
  { byName, count }: KnownSites,
  warnings: BoundedWarnings,
): void {
  const { clientAddress } = visit;
  const asked = originOf(visit);
  const name = readOrigin(visit.scheme, visit.host)?.hostName;
  const ofThatName = byName.get(name ?? "");
  // Told apart, so that those who try out names leave room for what an administrator looks for.
  if (ofThatName === undefined) {
    warnings.warn("no site has that name", asked, { asked, sites: count, clientAddress });
  } else {
    const sites = ofThatName.slice(0, shownOrigins);
    const message = "the site of that name has another scheme or port";
    warnings.warn(message, asked, { asked, sites, clientAddress });
  }
}

function originOf({ scheme, host }: Visit): string {
  const known = readOrigin(scheme, host)?.text;
  if (known !== undefined) return known;
  const text = `${scheme}://${host}`.replaceAll(/[^\x20-\x7e]/g, "?");
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}
