import { type AcrossSettings, entriesOf } from "@countersign/settings";
import type { SettingsGroup } from "./group.ts";
import { isRepeated } from "./is-repeated.ts";

type Site = SettingsGroup["sites"][number];
type Place = Site["places"][number];
type Path = readonly PropertyKey[];

/** What a setting needs that stands elsewhere. */
export function checkNeeds(settings: SettingsGroup, across: AcrossSettings) {
  for (const [index, site] of entriesOf(settings.sites)) {
    const levels = levelsOf(site, ["sites", index]);
    for (const level of levels) {
      const around = { levels, settings };
      checkBasicAuthKey(level, around, across);
      checkRenewal(level, around, across);
      checkAssertion(level, around, across);
    }
    checkNames(site, settings, ["sites", index, "identityHeaders"], across);
  }
}

/** A site or one of its places. */
interface Level {
  readonly at: Path;
  readonly says: Site | Place;
}

/** What a level is looked at with. */
interface Around {
  /** All of the site. */
  readonly levels: readonly Level[];
  readonly settings: SettingsGroup;
}

function levelsOf(site: Site | undefined, at: Path): readonly Level[] {
  if (typeof site !== "object" || site === null) return [];
  const places = [...entriesOf(site.places)].map(([index, says]) => ({
    at: [...at, "places", index],
    says,
  }));
  return [{ at, says: site }, ...places].filter(
    ({ says }) => typeof says === "object" && says !== null,
  );
}

/** A place may have it from the site, or a site for its places. */
function checkBasicAuthKey(
  { at, says }: Level,
  { levels }: Around,
  { isRight, problem }: AcrossSettings,
) {
  if (says.basicAuthKey === undefined || !isRight(...at, "basicAuthKey")) return;
  const others = levels.map((level) => level.says.basicAuth);
  const isUsed =
    says.basicAuth === undefined ? others.some(isFromTicket) : isFromTicket(says.basicAuth);
  if (!isUsed) problem([...at, "basicAuthKey"], "no such key without `basicAuth: ticket`");
}

function isFromTicket(rule: unknown): boolean {
  return rule === "ticket" || rule === "ticket-or-fake";
}

function checkRenewal(
  { at, says }: Level,
  { levels }: Around,
  { isRight, problem }: AcrossSettings,
) {
  if (says.renewInPlace !== true || !isRight(...at, "refreshUrl")) return;
  if (levels.every((level) => level.says.refreshUrl === undefined)) {
    problem([...at, "renewInPlace"], "false, or a refreshUrl to ask");
  }
}

function checkAssertion(
  { at, says }: Level,
  { settings: { assertion } }: Around,
  { isRight, problem }: AcrossSettings,
) {
  if (says.assertion === true && isRight("assertion") && assertion === undefined) {
    problem([...at, "assertion"], "false, or a key under `assertion` to sign with");
  }
  const lifetime = assertion?.lifetimeSeconds;
  if (lifetime === undefined || !isRight("assertion") || !isRight(...at, "cacheSeconds")) return;
  // An assertion is given out for half its time; what is cached must not outlive the other half.
  if (says.cacheSeconds !== undefined && says.cacheSeconds > lifetime / 2) {
    problem([...at, "cacheSeconds"], "at most half of assertion.lifetimeSeconds");
  }
}

/** Two facts in one header would be neither. */
function checkNames(
  site: Site | undefined,
  { assertion }: SettingsGroup,
  at: Path,
  { isRight, problem }: AcrossSettings,
) {
  const names = new Set(["cookie", "authorization"]);
  if (isRight("assertion") && assertion !== undefined) names.add(assertion.header.toLowerCase());
  for (const part of ["user", "tokens", "data", "type", "sessionId"] as const) {
    const name = isRight(...at) ? site?.identityHeaders?.[part] : undefined;
    if (name !== undefined && isRepeated(names, name.toLowerCase())) {
      problem([...at, part], "the name of a header that carries nothing else");
    }
  }
}
