import { inOneCase, readOrigin } from "@countersign/gateway";
import { type AcrossSettings, entriesOf } from "@countersign/settings";
import type { SettingsGroup } from "./group.ts";
import { isRepeated } from "./is-repeated.ts";

type Site = SettingsGroup["sites"][number];
type Place = Site["places"][number];
type Path = readonly PropertyKey[];

/** Somebody must be able to ask, and nobody else may be believed. */
export function checkListeners(settings: SettingsGroup, { isRight, problem }: AcrossSettings) {
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
export function checkKeys({ keys, sites }: SettingsGroup, { isRight, problem }: AcrossSettings) {
  if (!isRight("keys") || keys.length > 0) return;
  for (const [index, site] of entriesOf(sites)) {
    if (!isRight("sites", index, "keys") || site.keys !== undefined) continue;
    problem(["keys"], "the public keys of the login servers, here or in every site");
    return;
  }
}

/** A gateway to nothing would refuse every visit. */
export function checkSites(
  { sites, tcpcrypt }: SettingsGroup,
  { isRight, problem }: AcrossSettings,
) {
  if (!isRight("sites") || !isRight("tcpcrypt")) return;
  if (sites.length === 0 && tcpcrypt === undefined) problem(["sites"], "at least one site");
}

/** No two sites, and no two places of a site, are the same. */
export function checkRepetitions({ sites }: SettingsGroup, across: AcrossSettings) {
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
      problem([...here, kind], `a ${kind} that no place above has; capitals count as the same`);
    }
  }
}

function conditionsOf(place: Place) {
  return conditions.filter((name) => place[name] !== undefined);
}

/** A test that can never come to pass is a mistake in it. */
export function checkTests({ sites, tests }: SettingsGroup, across: AcrossSettings) {
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
