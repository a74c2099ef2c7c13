import { inOneCase, readOrigin } from "@countersign/gateway";
import { type AcrossSettings, entriesOf } from "@countersign/settings";
import type { GatewaySettings } from "../settings.ts";

type Site = GatewaySettings["sites"][number];
type Place = Site["places"][number];
type Path = readonly PropertyKey[];

/** Somebody must be able to ask, and nobody else may be believed. */
export function checkListeners(settings: GatewaySettings, { isRight, problem }: AcrossSettings) {
  const { http, fastcgi, proxy, trustedProxies } = settings;
  const areRight = isRight("http") && isRight("fastcgi") && isRight("proxy");
  if (areRight && http.length + fastcgi.length + proxy.length === 0) {
    problem(["http"], "an address here or under `fastcgi`: web servers must be able to ask");
  }
  const isTcp = (["http", "fastcgi"] as const).some((name) =>
    [...entriesOf(settings[name])].some(
      ([index, address]) => isRight(name, index) && address.kind === "tcp",
    ),
  );
  if (!isRight("trustedProxies")) return;
  if (isTcp && trustedProxies.length === 0) {
    problem(["trustedProxies"], "the web servers that ask over TCP: nobody else is believed");
  }
  // Many ranges can say what one is not allowed to.
  const trusted = trustedProxies
    .filter(({ address }) => !address.includes(":"))
    .reduce((sum, { prefixLength }) => sum + 2 ** -prefixLength, 0);
  if (trusted >= 1 / 16) {
    problem(["trustedProxies"], "the addresses of web servers, not a large part of the Internet");
  }
}

/** Every place trusts somebody's tickets. */
export function checkKeys({ keys, sites }: GatewaySettings, { isRight, problem }: AcrossSettings) {
  if (!isRight("keys") || keys.length > 0) return;
  for (const [index, site] of entriesOf(sites)) {
    if (!isRight("sites", index, "keys") || site.keys !== undefined) continue;
    problem(["keys"], "the public keys of the login servers, here or in every site");
    return;
  }
}

/** No two sites, and no two places of a site, are the same. */
export function checkRepetitions({ sites }: GatewaySettings, across: AcrossSettings) {
  const origins = new Set<string>();
  for (const [index, site] of entriesOf(sites)) {
    const path = ["sites", index, "origin"];
    if (across.isRight(...path) && isRepeated(origins, site.origin)) {
      across.problem(path, "an origin that no site above has");
    }
    checkPlaces(site, ["sites", index, "places"], across);
  }
}

const placeKinds = ["path", "exactPath", "pattern"] as const;
const conditions = ["methods", "networks", "arguments"] as const;

function checkPlaces(site: Site | undefined, path: Path, { isRight, problem }: AcrossSettings) {
  const spellings = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, place] of entriesOf(site?.places)) {
    const here = [...path, index];
    if (!placeKinds.every((kind) => isRight(...here, kind))) continue;
    const [kind, another] = placeKinds.filter((one) => place[one] !== undefined);
    if (kind === undefined || another !== undefined) {
      problem(another === undefined ? here : [...here, another], `one of ${placeKinds.join(", ")}`);
      continue;
    }
    const text = place[kind] ?? "";
    const name = `${kind} ${inOneCase(text)}`;
    const isSpelledOtherwise = (spellings.get(name) ?? text) !== text;
    spellings.set(name, text);
    // Two places of one path are told apart by their conditions.
    const isSame = conditionsOf(place).length === 0 && isRepeated(seen, name);
    if (isSpelledOtherwise || isSame) {
      problem([...here, kind], `a ${kind} that no place above has, be it in capitals`);
    }
  }
}

function conditionsOf(place: Place) {
  return conditions.filter((name) => place[name] !== undefined);
}

/** What a setting needs that stands elsewhere. */
export function checkNeeds(settings: GatewaySettings, across: AcrossSettings) {
  for (const [index, site] of entriesOf(settings.sites)) {
    const levels = levelsOf(site, ["sites", index]);
    for (const level of levels) {
      checkBasicAuthKey(level, levels, across);
      checkRenewal(level, levels, across);
      checkAssertion(level, levels, settings, across);
    }
    checkNames(site, settings, ["sites", index, "identityHeaders"], across);
  }
}

/** A site or one of its places. */
interface Level {
  readonly at: Path;
  readonly says: Site | Place;
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
  levels: readonly Level[],
  { isRight, problem }: AcrossSettings,
) {
  if (says.basicAuthKey === undefined || !isRight(...at, "basicAuthKey")) return;
  const others = levels.map((level) => level.says.basicAuth);
  const isUsed =
    says.basicAuth === undefined ? others.includes("ticket") : says.basicAuth === "ticket";
  if (!isUsed) problem([...at, "basicAuthKey"], "no such key without `basicAuth: ticket`");
}

function checkRenewal(
  { at, says }: Level,
  levels: readonly Level[],
  { isRight, problem }: AcrossSettings,
) {
  if (says.renewInPlace !== true || !isRight(...at, "refreshUrl")) return;
  if (levels.every((level) => level.says.refreshUrl === undefined)) {
    problem([...at, "renewInPlace"], "false, or a refreshUrl to ask");
  }
}

function checkAssertion(
  { at, says }: Level,
  levels: readonly Level[],
  { assertion }: GatewaySettings,
  { isRight, problem }: AcrossSettings,
) {
  // A place inherits the signer, and there is none that stands for nobody.
  if (says.assertion === false && levels.some((level) => level.says.assertion === true)) {
    problem(
      [...at, "assertion"],
      "true, or the setting left out, in a site that tells it anywhere",
    );
  }
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
  { assertion }: GatewaySettings,
  at: Path,
  { isRight, problem }: AcrossSettings,
) {
  const names = new Set(["cookie", "authorization"]);
  if (isRight("assertion") && assertion !== undefined) names.add(assertion.header.toLowerCase());
  for (const part of ["user", "tokens", "data", "type"] as const) {
    const name = isRight(...at) ? site?.identityHeaders?.[part] : undefined;
    if (name !== undefined && isRepeated(names, name.toLowerCase())) {
      problem([...at, part], "the name of a header that carries nothing else");
    }
  }
}

/** A test that can never come to pass is a mistake in it. */
export function checkTests({ sites, tests }: GatewaySettings, across: AcrossSettings) {
  const { isRight, problem } = across;
  const origins = new Set([...entriesOf(sites)].map(([, site]) => site?.origin));
  for (const [index, test] of entriesOf(tests)) {
    const at = ["tests", index];
    if (!isRight(...at)) continue;
    const { scheme, host } = test.visit;
    const isKnown = origins.has(readOrigin(scheme, host)?.text ?? "");
    if (isRight("sites") && !isKnown && test.expect !== "bad-request") {
      problem([...at, "visit"], "the address of one of the sites");
    }
    for (const name of ticketSettings) {
      if (test.user === undefined && test[name] !== undefined) {
        problem([...at, name], "a `user`, without whom there is no ticket");
      }
    }
  }
}

const ticketSettings = ["tokens", "multifactor", "bound", "ticket", "signInAgeSeconds"] as const;

/** Whether it stood in `seen` already; from now on it does. */
function isRepeated(seen: Set<string>, item: string): boolean {
  const before = seen.size;
  return seen.add(item).size === before;
}
